using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Internal;

namespace Cortex.IdentityServer.Foundation.Data.Freshness;

/// <summary>A bounded cache of credentials, which saves the query for one that was used before and hasn't changed.</summary>
/// <remarks>
/// While change notifications arrive, a current entry is used without a query. Otherwise the database is queried; if it doesn't answer either, an entry
/// stays valid for the grace period. After that, the query's failure is reported.
/// </remarks>
internal sealed class Remembered<T>(Changes changes, DatabaseBreaker breaker, TimeProvider clock, int most) : IDisposable
    where T : class, IRemembered
{
    private readonly MemoryCache _memory = new(new MemoryCacheOptions { SizeLimit = most, Clock = new Clock(clock) });

    /// <summary>Gets an entry that is known to be current.</summary>
    public bool TryRecall(string key, [NotNullWhen(true)] out T? value)
    {
        value = _memory.TryGetValue<Entry>(key, out var entry) && changes.IsSure(entry!.Value.UserId, entry.Number) ? entry.Value : null;
        return value is not null;
    }

    /// <summary>Whether there is an entry, current or not.</summary>
    public bool Knows(string key) => _memory.TryGetValue(key, out _);

    /// <summary>Queries the database, and caches the result unless it is null.</summary>
    /// <param name="key">The credential's key in the cache.</param>
    /// <param name="ask">The query. It receives the previous entry, which may be stale.</param>
    /// <param name="cancellationToken">The request's token.</param>
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

    /// <param name="Value">The result of the query.</param>
    /// <param name="Number">The change number before the query.</param>
    /// <param name="Timestamp">The time before the query.</param>
    private sealed record Entry(T Value, long Number, long Timestamp);

    private sealed class Clock(TimeProvider time) : ISystemClock
    {
        public DateTimeOffset UtcNow => time.GetUtcNow();
    }
}
