using System.Globalization;
using System.Text.Json.Nodes;
using Cortex.IdentityServer.Features.Billing.Polar;

namespace Cortex.IdentityServer.Features.Billing.Metering;

/// <summary>The usage of a user and a provider in an hour that is over, or the part of it that came later than the part before.</summary>
/// <param name="ExternalId">The id by which Polar recognizes the event.</param>
/// <param name="UserId">The user's id.</param>
/// <param name="Hour">The start of the hour.</param>
/// <param name="Provider">The provider; empty if there is none.</param>
/// <param name="Number">1 for the first event of the user, hour, and provider; greater numbers for usage that was recorded later.</param>
/// <param name="Sums">The usage.</param>
internal sealed record MeterEvent(string ExternalId, Guid UserId, DateTimeOffset Hour, string Provider, int Number, MeterSums Sums)
{
    private const decimal MicrosPerDollar = 1_000_000;

    /// <summary>The smallest cost, in micro-dollars, that is too large for <c>_cost</c>: Polar takes at most five digits before the decimal point.</summary>
    private const long TooLarge = 1_000_000_000;

    /// <summary>Returns the event as Polar takes it.</summary>
    /// <remarks>
    /// The time is the last second of the hour: within the hour that it is about, in the past, and not before a subscription that began during the hour.
    /// </remarks>
    public PolarUsageEvent ToPolar(string name)
    {
        var metadata = new Dictionary<string, JsonNode>(StringComparer.Ordinal)
        {
            ["requests"] = Sums.Requests,
            ["tokens_used"] = Sums.TokensUsed,
            ["cost_usd"] = Sums.CostMicros / MicrosPerDollar,
            ["hour"] = Hour.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            ["number"] = Number,
        };
        if (Provider.Length > 0)
        {
            metadata["provider"] = Provider;
        }

        if (Sums.CostMicros is not 0 and > -TooLarge and < TooLarge)
        {
            metadata[PolarUsageEvent.CostKey] = PolarUsageEvent.Cost(Sums.CostMicros);
        }

        return new(name, UserId.ToString(), ExternalId, Hour.AddHours(1).AddSeconds(-1), metadata);
    }
}
