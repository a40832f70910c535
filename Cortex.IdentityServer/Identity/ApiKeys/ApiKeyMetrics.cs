using System.Diagnostics.Metrics;
using Cortex.IdentityServer.Foundation.Telemetry;

namespace Cortex.IdentityServer.Identity.ApiKeys;

/// <summary>Counts presented API keys by verdict: those of requests, and those that services ask about.</summary>
internal sealed class ApiKeyMetrics : IObservedMetrics
{
    private long _valid;
    private long _invalid;
    private long _expired;
    private long _limited;

    public void CountValid() => Interlocked.Increment(ref _valid);

    /// <summary>Counts a key that isn't looked up, because its network has presented too many unknown ones.</summary>
    public void CountLimited() => Interlocked.Increment(ref _limited);

    public void Count(ApiKeyVerdict verdict)
    {
        ref var count = ref verdict is ApiKeyVerdict.Valid ? ref _valid : ref verdict == ApiKeyVerdict.Expired ? ref _expired : ref _invalid;
        Interlocked.Increment(ref count);
    }

    public void AddTo(Meter meter) => meter.CreateObservableCounter(
        "cortex.api_keys", Observe, "{key}", "API keys that were presented, by verdict: valid, invalid, expired, or limited.");

    private IEnumerable<Measurement<long>> Observe() =>
    [
        new(Interlocked.Read(ref _valid), new KeyValuePair<string, object?>("verdict", "valid")),
        new(Interlocked.Read(ref _invalid), new KeyValuePair<string, object?>("verdict", "invalid")),
        new(Interlocked.Read(ref _expired), new KeyValuePair<string, object?>("verdict", "expired")),
        new(Interlocked.Read(ref _limited), new KeyValuePair<string, object?>("verdict", "limited")),
    ];
}
