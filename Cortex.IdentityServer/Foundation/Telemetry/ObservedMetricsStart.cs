using System.Diagnostics.Metrics;
using Cortex.IdentityServer.Foundation.Configuration;

namespace Cortex.IdentityServer.Foundation.Telemetry;

/// <summary>Adds the observed metrics of all features when the server starts.</summary>
internal sealed class ObservedMetricsStart(IMeterFactory meters, IEnumerable<IObservedMetrics> metrics) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var meter = meters.Create(Product.TelemetryName);
        foreach (var observed in metrics)
        {
            observed.AddTo(meter);
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
