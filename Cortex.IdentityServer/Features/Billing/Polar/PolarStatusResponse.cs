using System.Text.Json.Serialization;
using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Billing.Polar;

/// <summary>How requests to Polar's API went on this replica since it started.</summary>
internal sealed record PolarStatusResponse : IExample<PolarStatusResponse>
{
    /// <summary>Whether the server has an access token, so that checkouts, the portal, and sending usage can work.</summary>
    public required bool Enabled { get; init; }

    /// <summary>The address of Polar's API.</summary>
    public required Uri ApiUrl { get; init; }

    /// <summary>The version of Polar's API that requests name; null for Polar's current one.</summary>
    public required string? ApiVersion { get; init; }

    /// <summary>Since when Polar rejects all requests because it doesn't know the version.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? VersionRejectedSince { get; init; }

    /// <summary>When Polar last answered a request.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? LastSuccessAt { get; init; }

    /// <summary>When a request last failed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? LastFailureAt { get; init; }

    /// <summary>
    /// Why it failed: <c>unreachable</c>, <c>timeout</c>, <c>incomplete_answer</c>, <c>answer_too_large</c>, <c>unexpected_answer</c>, <c>server_error</c>,
    /// <c>rate_limited</c>, <c>redirected</c>, <c>unauthorized</c>, <c>forbidden</c>, or <c>wrong_version</c>.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? LastFailure { get; init; }

    public static PolarStatusResponse Example => new()
    {
        Enabled = true,
        ApiUrl = new("https://api.polar.sh"),
        ApiVersion = "2026-10",
        LastSuccessAt = ExampleValues.Time,
    };
}
