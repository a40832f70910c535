using Cortex.IdentityServer.Features.Usage.Quotas;

namespace Cortex.IdentityServer.Features.Usage.Ledger;

/// <summary>One request that used something: a row of <c>usage_logs</c> to be added.</summary>
internal sealed record UsageEvent
{
    /// <summary>The maximum length of an endpoint's name, in characters.</summary>
    public const int MaxEndpointLength = 255;

    /// <summary>The maximum length of a provider's name, in characters.</summary>
    public const int MaxProviderLength = 50;

    /// <summary>The id that the reporting service chose, or a UUIDv7 of <see cref="CreatedAt"/>.</summary>
    public required Guid Id { get; init; }

    public Guid UserId { get; init; }

    public Guid? ApiKeyId { get; init; }

    public required string Endpoint { get; init; }

    public int TokensUsed { get; init; }

    /// <summary>The cost in millionths of a US dollar.</summary>
    public long CostMicros { get; init; }

    public string? Provider { get; init; }

    public int? ResponseTimeMs { get; init; }

    public int? StatusCode { get; init; }

    public string? ErrorMessage { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The period of the quotas that counted the request before it was recorded; null if none did.</summary>
    public QuotaPeriod? CountedIn { get; init; }

    /// <summary>Whether the user's quota counted the request before it was recorded.</summary>
    public bool IsCountedForUser { get; init; }

    /// <summary>Whether the key's quota counted the request before it was recorded.</summary>
    public bool IsCountedForKey { get; init; }
}
