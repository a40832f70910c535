using System.Diagnostics.Metrics;
using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace Cortex.IdentityServer.Tests.Billing.Metering;

/// <summary>Listens to the metrics of one server's billing, as a monitoring system does.</summary>
internal sealed class MeterReadings : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly Dictionary<string, double> _values = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    public MeterReadings(CortexApp app)
    {
        var scope = app.Services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == Product.TelemetryName && instrument.Meter.Scope == scope
                && instrument.Name.StartsWith("cortex.billing.", StringComparison.Ordinal))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>The value of a gauge, or the sum of a counter since this was created.</summary>
    public double Read(string name)
    {
        _listener.RecordObservableInstruments();
        lock (_lock)
        {
            return _values.GetValueOrDefault(name);
        }
    }

    public void Dispose() => _listener.Dispose();

    private void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        Assert.True(tags.IsEmpty, "a metric must not be about a single user");
        lock (_lock)
        {
            _values[instrument.Name] = value + (instrument.IsObservable ? 0 : _values.GetValueOrDefault(instrument.Name));
        }
    }
}
