using System.Diagnostics;

namespace Cortex.IdentityServer.Foundation.Data.Freshness;

/// <summary>
/// A circuit breaker that keeps requests from piling up when the database hangs: after a query times out, others fail at once for a second.
/// </summary>
internal sealed class DatabaseBreaker
{
    private static readonly TimeSpan QueryTimeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan OpenInterval = TimeSpan.FromSeconds(1);

    private long _failedAt;
    private volatile bool _isOpen;

    /// <param name="query">The query. It must not use the request's own objects, because it may outlive the request.</param>
    /// <param name="isAvailable">Whether the database is known to answer. The query then has the usual statement timeout.</param>
    /// <param name="cancellationToken">The request's token.</param>
    /// <exception cref="TimeoutException">The query timed out, or another one did within the last second.</exception>
    public async Task<T> QueryAsync<T>(Func<CancellationToken, Task<T>> query, bool isAvailable, CancellationToken cancellationToken)
    {
        if (isAvailable)
        {
            return await query(cancellationToken);
        }

        if (_isOpen && Stopwatch.GetElapsedTime(Volatile.Read(ref _failedAt)) < OpenInterval)
        {
            throw new TimeoutException("PostgreSQL recently failed to answer.");
        }

        try
        {
            var answer = await query(cancellationToken).WaitAsync(QueryTimeout, cancellationToken);
            _isOpen = false;
            return answer;
        }
        catch (TimeoutException)
        {
            // Only a timeout opens the breaker: an error comes at once, so repeating the query costs nothing.
            Volatile.Write(ref _failedAt, Stopwatch.GetTimestamp());
            _isOpen = true;
            throw;
        }
    }
}
