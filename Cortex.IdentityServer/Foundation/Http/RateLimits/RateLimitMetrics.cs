using System.Diagnostics.Metrics;
using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Foundation.Telemetry;

namespace Cortex.IdentityServer.Foundation.Http.RateLimits;

/// <summary>Counts refusals by rate limit, and shows whether replicas share their counts through Redis.</summary>
internal sealed class RateLimitMetrics(IMeterFactory meters, IEnumerable<RateLimit> limits, SharedWindows? shared = null) : IObservedMetrics
{
    private readonly Counter<long> _refusals = meters.Create(Product.TelemetryName).CreateCounter<long>(
        "cortex.rate_limit.refusals", "{request}", "Requests that a rate limit refused, by the limit's name in RATE_LIMITS.");

    public void CountRefusal(RateLimit limit) => _refusals.Add(1, new KeyValuePair<string, object?>("limit", limit.Name));

    public void AddTo(Meter meter)
    {
        _refusals.ShowEach("limit", limits.Select(limit => limit.Name).Distinct());
        if (shared is not null)
        {
            meter.CreateObservableGauge(
                "cortex.redis.shared", () => shared.IsUp ? 1 : 0, unit: null,
                "1 if rate limits and quotas are shared through Redis, 0 if this replica counts alone because Redis doesn't answer.");
        }
    }
}
