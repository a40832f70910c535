using System.Diagnostics.Metrics;
using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Foundation.Telemetry;
using Cortex.IdentityServer.Tests.Billing.Metering;
using Cortex.IdentityServer.Tests.Contract;
using Microsoft.Extensions.DependencyInjection;

namespace Cortex.IdentityServer.Tests.Telemetry;

/// <summary>docs/monitoring.md lists exactly the metrics of the server, in Prometheus' names.</summary>
public sealed class DocumentedMetricsTests(MeteringApp app) : IClassFixture<MeteringApp>
{
    [Fact]
    public void Every_metric_is_documented()
    {
        var documented = Document.Read("docs/monitoring.md").Rows("metric").Select(row => row.Cells[0].Trim('`'));

        // Without Redis, its metric doesn't exist.
        Assert.Equal(
            documented.Where(name => name != "cortex_redis_shared").Order(StringComparer.Ordinal),
            Instruments().Select(PrometheusName).Order(StringComparer.Ordinal));
    }

    /// <summary>Creates whatever has instruments, and returns them.</summary>
    private HashSet<Instrument> Instruments()
    {
        var meters = app.Services.GetRequiredService<IMeterFactory>();
        var found = new HashSet<Instrument>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Meter.Name == Product.TelemetryName && instrument.Meter.Scope == meters)
            {
                found.Add(instrument);
            }
        };
        listener.Start();
        foreach (var type in typeof(Program).Assembly.GetTypes())
        {
            if (type.IsClass && type.Name.EndsWith("Metrics", StringComparison.Ordinal))
            {
                app.Services.GetService(type);
            }
        }

        foreach (var metrics in app.Services.GetServices<IObservedMetrics>())
        {
            metrics.AddTo(meters.Create(Product.TelemetryName));
        }

        return found;
    }

    private static string PrometheusName(Instrument instrument)
    {
        var kind = instrument.GetType().Name;
        return instrument.Name.Replace('.', '_')
            + (instrument.Unit == "s" ? "_seconds" : "")
            + (kind.Contains("Counter", StringComparison.Ordinal) ? "_total" : "");
    }
}
