using System.Text.Json.Serialization;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Features.Usage.Quotas;

/// <summary>The caller's quota, and what is left of it.</summary>
internal sealed record QuotaResponse : IExample<QuotaResponse>
{
    /// <summary>The user's tier.</summary>
    public required string SubscriptionTier { get; init; }

    /// <summary><c>hard</c> if requests beyond the quota are refused; <c>soft</c> if the owner is only notified.</summary>
    public required string Mode { get; init; }

    /// <summary>The period for which the quota counts: the current one of the user's subscription, or a calendar month of UTC.</summary>
    public required QuotaPeriodResponse Period { get; init; }

    /// <summary>The rate limit of the user's API keys.</summary>
    public required int RequestsPerMinute { get; init; }

    /// <summary>The metrics that the user's quota limits; empty without a quota.</summary>
    public required IReadOnlyList<QuotaLimitResponse> Limits { get; init; }

    /// <summary>For an API key, the metrics that its own quota limits.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<QuotaLimitResponse>? KeyLimits { get; init; }

    /// <summary>Whether the caller may make another request: false only if a hard quota is used up.</summary>
    public required bool Allowed { get; init; }

    /// <summary>When the period ends.</summary>
    public required DateTimeOffset ResetsAt { get; init; }

    public static QuotaResponse Example => new()
    {
        SubscriptionTier = User.FreeTier,
        Mode = QuotaLimits.Hard,
        Period = new(new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero), new(2026, 12, 1, 0, 0, 0, TimeSpan.Zero)),
        RequestsPerMinute = 60,
        Limits = [new("requests", 1000, 230, 770), new("cost_usd", 1, 0.104417m, 0.895583m)],
        Allowed = true,
        ResetsAt = new(2026, 12, 1, 0, 0, 0, TimeSpan.Zero),
    };
}
