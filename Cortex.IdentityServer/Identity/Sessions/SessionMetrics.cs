using System.Diagnostics.Metrics;
using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Foundation.Telemetry;

namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>Counts refreshes by their outcome. The outcome <c>reused</c> means that a token may have been stolen.</summary>
internal sealed class SessionMetrics(IMeterFactory meters) : IObservedMetrics
{
    private readonly Counter<long> _refreshes = meters.Create(Product.TelemetryName).CreateCounter<long>(
        "cortex.refreshes", "{refresh}", "Refreshes of access tokens, by outcome: refreshed, invalid, or reused.");

    public void AddTo(Meter meter) => _refreshes.ShowEach("outcome", ["refreshed", "invalid", "reused"]);

    public void Count(RefreshResult result) => _refreshes.Add(1, new KeyValuePair<string, object?>("outcome", result switch
    {
        RefreshResult.Refreshed => "refreshed",
        RefreshResult.Reused => "reused",
        _ => "invalid",
    }));
}
