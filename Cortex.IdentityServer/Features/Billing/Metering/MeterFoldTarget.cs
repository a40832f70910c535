using System.Globalization;
using Cortex.IdentityServer.Features.Usage;
using Cortex.IdentityServer.Features.Usage.Sums;

namespace Cortex.IdentityServer.Features.Billing.Metering;

/// <summary>
/// Adds usage to <c>billing_meter_hours</c> in the statement that adds it to the sums, so that usage that is in the sums will be sent to Polar and is never
/// sent twice, whenever the server is killed (decision 0028).
/// </summary>
internal sealed class MeterFoldTarget(UsageOptions options) : IFoldTarget
{
    /// <summary>How much older than <c>USAGE_LATE_DAYS</c> usage may be, because it may have to wait before it is added up.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromDays(7);

    /// <summary>The SQL of the start of a row's hour, in UTC.</summary>
    private const string Hour = "date_trunc('hour', quarter, 'UTC')";

    public string Name => "metered_hours";

    /// <summary>
    /// No service can report usage older than <c>USAGE_LATE_DAYS</c>. Older usage is the history that an existing database brings with it when it is taken
    /// over, for which nobody wants a bill.
    /// </summary>
    public string Sql { get; } = $"""
        INSERT INTO billing_meter_hours AS known (user_id, hour, provider, requests, tokens_used, cost_micros)
        SELECT user_id, {Hour}, provider, sum(requests)::bigint, sum(tokens_used)::bigint, sum(cost_micros)::bigint FROM named
        WHERE quarter > now() - interval '{((options.LateLimit + Slack).TotalDays).ToString(CultureInfo.InvariantCulture)} days'
        GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
        ON CONFLICT (user_id, hour, provider) DO UPDATE SET requests = known.requests + excluded.requests,
            tokens_used = known.tokens_used + excluded.tokens_used, cost_micros = known.cost_micros + excluded.cost_micros
        """;
}
