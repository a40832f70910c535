using System.Diagnostics.Metrics;
using Cortex.IdentityServer.Foundation.Configuration;

namespace Cortex.IdentityServer.Features.Billing.Metering;

/// <summary>The metrics of the usage that is sent to Polar. Reading them doesn't query the database.</summary>
internal sealed class MeterMetrics
{
    public const string Unsent = "cortex.billing.usage_events.unsent";
    public const string OldestUnsent = "cortex.billing.usage_events.oldest_unsent";
    public const string Parked = "cortex.billing.usage_events.parked";
    public const string Accepted = "cortex.billing.usage_events.accepted";
    public const string Duplicates = "cortex.billing.usage_events.duplicates";
    public const string Refused = "cortex.billing.usage_events.refused";

    private const string Unit = "{event}";

    private readonly TimeProvider _clock;
    private readonly Counter<long> _accepted;
    private readonly Counter<long> _duplicates;
    private readonly Counter<long> _refused;
    private volatile MeterNumbers _numbers = MeterNumbers.None;

    public MeterMetrics(IMeterFactory meters, TimeProvider clock)
    {
        _clock = clock;
        var meter = meters.Create(Product.TelemetryName);
        _accepted = meter.CreateCounter<long>(Accepted, Unit, "Usage events that Polar has inserted.");
        _duplicates = meter.CreateCounter<long>(Duplicates, Unit, "Usage events that Polar already had, because an answer of Polar's was lost.");
        _refused = meter.CreateCounter<long>(Refused, Unit, "Usage events that Polar has refused and that were parked.");
        meter.CreateObservableGauge(Unsent, () => _numbers.Unsent, Unit, "Usage events that Polar hasn't accepted yet, without the parked ones.");
        meter.CreateObservableGauge(OldestUnsent, ObserveAge, "s", "The time since the first of the unsent usage events was created; 0 if there are none.");
        meter.CreateObservableGauge(Parked, () => _numbers.Parked, Unit, "Usage events that Polar has refused and that wait for an administrator.");
    }

    /// <summary>Sets the numbers that the gauges show.</summary>
    public void Show(MeterNumbers numbers) => _numbers = numbers;

    /// <summary>Counts the events of a batch that Polar has accepted.</summary>
    public void CountAccepted(long inserted, long duplicates)
    {
        _accepted.Add(inserted);
        _duplicates.Add(duplicates);
    }

    public void CountRefused(int count) => _refused.Add(count);

    private double ObserveAge() => _numbers.OldestUnsent is { } oldest ? Math.Max(0, (_clock.GetUtcNow() - oldest).TotalSeconds) : 0;
}
