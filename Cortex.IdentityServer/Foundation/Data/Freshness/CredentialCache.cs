using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Internal;

namespace Cortex.IdentityServer.Foundation.Data.Freshness;

/// <summary>A bounded cache of credentials, which saves the query for one that was used before and hasn't changed.</summary>
/// <remarks>
/// While change notifications arrive, a current entry is used without a query. Otherwise the database is queried; if it doesn't answer either, an entry
/// stays valid for the grace period. After that, the query's failure is reported.
/// </remarks>
internal sealed class CredentialCache<T>(Changes changes, DatabaseBreaker breaker, TimeProvider clock, int maxEntries) : IDisposable
    where T : class, ICachedCredential
{
    private readonly MemoryCache _cache = new(new MemoryCacheOptions { SizeLimit = maxEntries, Clock = new Clock(clock) });
    private long _hits;
    private long _queries;

    public CacheCounts CountsOf(string kind) => new(kind, Interlocked.Read(ref _hits), Interlocked.Read(ref _queries), _cache.Count);

    /// <summary>Gets an entry that is known to be current.</summary>
    public bool TryGet(string key, [NotNullWhen(true)] out T? value)
    {
        value = _cache.TryGetValue<Entry>(key, out var entry) && changes.IsFresh(entry!.Value.UserId, entry.Number) ? entry.Value : null;
        if (value is null)
        {
            return false;
        }

        Interlocked.Increment(ref _hits);
        return true;
    }

    /// <summary>Whether there is an entry, current or not.</summary>
    public bool Contains(string key) => _cache.TryGetValue(key, out _);

    /// <summary>Queries the database, and caches the result unless it is null.</summary>
    /// <param name="key">The credential's key in the cache.</param>
    /// <param name="query">The query. It receives the previous entry, which may be stale.</param>
    /// <param name="cancellationToken">The request's token.</param>
    public async Task<T?> QueryAsync(string key, Func<T?, CancellationToken, Task<T?>> query, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _queries);
        var number = changes.Number;
        var timestamp = clock.GetTimestamp();
        _cache.TryGetValue<Entry>(key, out var before);
        try
        {
            var value = await breaker.QueryAsync(token => query(before?.Value, token), isAvailable: changes.IsCurrent, cancellationToken);
            if (value is null)
            {
                _cache.Remove(key);
            }
            else
            {
                _cache.Set(key, new Entry(value, number, timestamp), new MemoryCacheEntryOptions { Size = 1, AbsoluteExpiration = value.ValidUntil });
            }

            return value;
        }
        catch (Exception failure) when (DatabaseFailure.In(failure) is not null
            && before is not null && changes.IsUnchanged(before.Value.UserId, before.Number) && changes.IsInGrace(before.Timestamp))
        {
            return before.Value;
        }
    }

    public void Dispose() => _cache.Dispose();

    /// <param name="Value">The result of the query.</param>
    /// <param name="Number">The change number before the query.</param>
    /// <param name="Timestamp">The time before the query.</param>
    private sealed record Entry(T Value, long Number, long Timestamp);

    private sealed class Clock(TimeProvider time) : ISystemClock
    {
        public DateTimeOffset UtcNow => time.GetUtcNow();
    }
}
