using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Internal;

namespace Cortex.IdentityServer.Foundation.Data.Freshness;

/// <summary>A bounded memory of what the database said about credentials, so that the same one costs no query twice while nothing changed.</summary>
/// <remarks>
/// While changes are heard: remembered or asked. While they aren't: asked, and where the database doesn't answer either, what was
/// true before counts for the grace period. After that the failure to ask is the answer.
/// </remarks>
internal sealed class Remembered<T>(Changes changes, DatabaseBreaker breaker, TimeProvider clock, int most) : IDisposable
    where T : class, IRemembered
{
    private readonly MemoryCache _memory = new(new MemoryCacheOptions { SizeLimit = most, Clock = new Clock(clock) });

    /// <summary>What is known and still true.</summary>
    public bool TryRecall(string key, [NotNullWhen(true)] out T? value)
    {
        value = _memory.TryGetValue<Entry>(key, out var entry) && changes.IsSure(entry!.Value.UserId, entry.Number) ? entry.Value : null;
        return value is not null;
    }

    /// <summary>Whether something is remembered, still true or not.</summary>
    public bool Knows(string key) => _memory.TryGetValue(key, out _);

    /// <summary>Asks the database, and remembers what it says unless that is null.</summary>
    /// <param name="key">The credential.</param>
    /// <param name="ask">The question; it gets what was remembered before, stale as that may be.</param>
    /// <param name="cancellationToken">The request's.</param>
    public async Task<T?> AskAsync(string key, Func<T?, CancellationToken, Task<T?>> ask, CancellationToken cancellationToken)
    {
        var number = changes.Number;
        var timestamp = clock.GetTimestamp();
        _memory.TryGetValue<Entry>(key, out var before);
        try
        {
            var value = await breaker.AskAsync(token => ask(before?.Value, token), isSure: changes.HearsAll, cancellationToken);
            if (value is null)
            {
                _memory.Remove(key);
            }
            else
            {
                _memory.Set(key, new Entry(value, number, timestamp), new MemoryCacheEntryOptions { Size = 1, AbsoluteExpiration = value.Until });
            }

            return value;
        }
        catch (Exception failure) when (DatabaseFailure.In(failure) is not null
            && before is not null && changes.IsUnchanged(before.Value.UserId, before.Number) && changes.IsInGrace(before.Timestamp))
        {
            return before.Value;
        }
    }

    public void Dispose() => _memory.Dispose();

    /// <param name="Value">What the database said.</param>
    /// <param name="Number">The number of changes before it was asked.</param>
    /// <param name="Timestamp">When it was asked.</param>
    private sealed record Entry(T Value, long Number, long Timestamp);

    private sealed class Clock(TimeProvider time) : ISystemClock
    {
        public DateTimeOffset UtcNow => time.GetUtcNow();
    }
}
