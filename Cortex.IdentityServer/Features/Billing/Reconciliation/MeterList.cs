using Cortex.IdentityServer.Features.Billing.Polar;

namespace Cortex.IdentityServer.Features.Billing.Reconciliation;

/// <summary>The meters at Polar that are shown, kept for a few minutes, because administrators change them rarely.</summary>
internal sealed class MeterList(PolarClient polar, BillingOptions options, TimeProvider clock)
{
    /// <summary>The maximum number of meters. Those that can be compared come first.</summary>
    public const int MaxMeters = 10;

    private const int MaxPages = 5;

    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    private Known? _known;

    /// <summary>Returns the meters, each with the name of the sum that it counts, or why Polar can't be asked.</summary>
    public async Task<(IReadOnlyList<(PolarMeter Meter, string? Metric)>? Meters, string? Failure)> ReadAsync(CancellationToken cancellationToken)
    {
        if (_known is { } known && clock.GetElapsedTime(known.Since) < Lifetime)
        {
            return (known.Meters, null);
        }

        var meters = new List<PolarMeter>();
        for (var number = 1; number <= MaxPages; number++)
        {
            var answer = await polar.GetMetersAsync(number, cancellationToken);
            if (answer is not PolarAnswer<PolarPage<PolarMeter>>.Ok(var page))
            {
                return (null, PolarReason.Of(answer));
            }

            meters.AddRange(page.Items.Where(meter => meter.Json.Text("archived_at") is null));
            if (number >= page.MaxPage)
            {
                break;
            }
        }

        var shown = meters.Select(meter => (Meter: meter, Metric: MeterMetric.Of(meter, options.UsageEvent!)))
            .OrderBy(item => item.Metric is null)
            .Take(MaxMeters)
            .ToList();
        _known = new(shown, clock.GetTimestamp());
        return (shown, null);
    }

    private sealed record Known(IReadOnlyList<(PolarMeter Meter, string? Metric)> Meters, long Since);
}
