namespace Cortex.IdentityServer.Identity.ApiKeys;

/// <summary>An API key of a user: the documented table <c>api_keys</c> and the columns beside it.</summary>
internal sealed class ApiKey
{
    public Guid Id { get; init; }

    public Guid UserId { get; init; }

    /// <summary>Hex SHA-256 of the key; the key itself is stored nowhere.</summary>
    public required string KeyHash { get; init; }

    public string? Name { get; set; }

    public bool? IsActive { get; set; } = true;

    public DateTimeOffset? CreatedAt { get; init; }

    public DateTimeOffset? LastUsedAt { get; init; }

    /// <summary>The key's first 12 characters, by which a person recognises it; unknown for keys that the Python server made.</summary>
    public string? Prefix { get; init; }

    public string[] Scopes { get; init; } = [];

    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The key that took this one's place when it was rotated.</summary>
    public Guid? ReplacedById { get; init; }
}
