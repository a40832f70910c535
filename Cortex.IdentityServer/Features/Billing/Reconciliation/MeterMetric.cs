using System.Text.Json;
using Cortex.IdentityServer.Features.Billing.Metering;
using Cortex.IdentityServer.Features.Billing.Polar;

namespace Cortex.IdentityServer.Features.Billing.Reconciliation;

/// <summary>Which sum of usage a meter at Polar counts, and whether it has counted that.</summary>
internal static class MeterMetric
{
    public const string Requests = "requests";
    public const string TokensUsed = "tokens_used";
    public const string CostUsd = "cost_usd";

    /// <summary>The number of decimals of a cost. Polar adds up floating-point numbers, so its sums can be off by less than that.</summary>
    private const int Decimals = 6;

    /// <summary>The maximum depth of groups in a filter.</summary>
    private const int MaxDepth = 8;

    /// <summary>
    /// Returns the name of the sum that the meter counts, or null if it counts something else: it must sum one of our three values over all events with our
    /// name, and may have no further filter.
    /// </summary>
    public static string? Of(PolarMeter meter, string eventName) =>
        meter.Json.Object("aggregation") is { } aggregation && aggregation.Text("func") == "sum"
        && aggregation.Text("property") is var property and (Requests or TokensUsed or CostUsd)
        && meter.Json.Object("filter") is { } filter && IsByName(filter, eventName)
            ? property
            : null;

    /// <summary>
    /// Whether a meter has counted something other than what Polar has accepted. Events that were sent without an answer may be counted already.
    /// </summary>
    public static bool Differs(ReconciledMeter meter, MeteredMonth month)
    {
        if (meter.Metric is null)
        {
            return false;
        }

        var accepted = ValueOf(month.Accepted, meter.Metric);
        var unanswered = ValueOf(month.Unanswered, meter.Metric);
        var quantity = decimal.Round(meter.Quantity, Decimals);
        return quantity < accepted + Math.Min(unanswered, 0) || quantity > accepted + Math.Max(unanswered, 0);
    }

    private static decimal ValueOf(MeterSums sums, string metric)
    {
        var values = ReconciledSums.Of(sums);
        return metric switch
        {
            Requests => values.Requests,
            TokensUsed => values.TokensUsed,
            _ => values.CostUsd,
        };
    }

    /// <summary>Whether a filter selects exactly the events with a name. Polar's website puts such a condition into a group of its own.</summary>
    private static bool IsByName(JsonElement filter, string eventName)
    {
        for (var depth = 0; depth < MaxDepth; depth++)
        {
            if (filter.Items("clauses") is not { } clauses)
            {
                return filter.Text("property") == "name" && filter.Text("operator") == "eq" && filter.Text("value") == eventName;
            }

            if (clauses is not [var only])
            {
                return false;
            }

            filter = only;
        }

        return false;
    }
}
