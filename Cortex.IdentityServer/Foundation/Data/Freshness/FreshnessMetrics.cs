using System.Diagnostics.Metrics;
using Cortex.IdentityServer.Foundation.Telemetry;

namespace Cortex.IdentityServer.Foundation.Data.Freshness;

/// <summary>Shows whether the database's notifications arrive, and what the caches of credentials save.</summary>
internal sealed class FreshnessMetrics(Changes changes, IEnumerable<IObservedCache> caches) : IObservedMetrics
{
    private readonly IObservedCache[] _caches = [.. caches];

    public void AddTo(Meter meter)
    {
        meter.CreateObservableGauge(
            "cortex.change_notices.heard", () => changes.IsListening ? 1 : 0, unit: null,
            "1 if PostgreSQL's notifications of changes arrive, otherwise 0. Behind a transaction pooler, it is always 0.");
        meter.CreateObservableGauge(
            "cortex.change_notices.age", () => changes.Age.TotalSeconds, "s", "The time since the last moment up to which no notification was missed.");
        meter.CreateObservableGauge(
            "cortex.credential_cache.size", () => Each(counts => counts.Size), "{credential}", "Cached credentials, by kind: access_token or api_key.");
        meter.CreateObservableCounter(
            "cortex.credential_cache.hits", () => Each(counts => counts.Hits), "{hit}", "Checks of credentials that needed no query, by kind.");
        meter.CreateObservableCounter(
            "cortex.credential_cache.misses", () => Each(counts => counts.Queries), "{miss}", "Checks of credentials that queried the database, by kind.");
    }

    private IEnumerable<Measurement<long>> Each(Func<CacheCounts, long> value) => _caches.Select(cache => cache.Counts)
        .Select(counts => new Measurement<long>(value(counts), new KeyValuePair<string, object?>("kind", counts.Kind)));
}
