using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Identity.ApiKeys;

/// <summary>A user's API key: a row of the table <c>api_keys</c>.</summary>
internal sealed class ApiKey
{
    public Guid Id { get; init; }

    public Guid UserId { get; init; }

    /// <summary>The SHA-256 of the key, in hex; the key itself isn't stored.</summary>
    public required string KeyHash { get; init; }

    public string? Name { get; set; }

    public bool? IsActive { get; set; } = true;

    public DateTimeOffset? CreatedAt { get; init; }

    public DateTimeOffset? LastUsedAt { get; init; }

    /// <summary>The key's first 12 characters, which identify it to its owner; null for keys that the Python server created.</summary>
    public string? Prefix { get; init; }

    public string[] Scopes { get; init; } = [];

    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The key that replaced this one when it was rotated.</summary>
    public Guid? ReplacedById { get; init; }

    /// <summary>The key's own monthly quota, as JSON (<see cref="QuotaLimits"/>); null if it has none.</summary>
    public string? MonthlyQuota { get; set; }

    /// <summary>When the key was revoked. A revoked key is kept, with its name, as long as usage refers to it.</summary>
    public DateTimeOffset? RevokedAt { get; init; }
}
