using System.Diagnostics;

namespace Cortex.IdentityServer.Foundation.Data.Freshness;

/// <summary>
/// A circuit breaker that keeps requests from piling up when the database hangs: after a query times out, others fail at once for a second.
/// </summary>
internal sealed class DatabaseBreaker
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private long _failedAt;
    private volatile bool _isOpen;

    /// <param name="ask">The query. It must not use the request's own objects, because it may outlive the request.</param>
    /// <param name="isSure">Whether the database is known to answer. The query then has the usual statement timeout.</param>
    /// <param name="cancellationToken">The request's token.</param>
    /// <exception cref="TimeoutException">The query timed out, or another one did within the last second.</exception>
    public async Task<T> AskAsync<T>(Func<CancellationToken, Task<T>> ask, bool isSure, CancellationToken cancellationToken)
    {
        if (isSure)
        {
            return await ask(cancellationToken);
        }

        if (_isOpen && Stopwatch.GetElapsedTime(Volatile.Read(ref _failedAt)) < Pause)
        {
            throw new TimeoutException("PostgreSQL recently failed to answer.");
        }

        try
        {
            var answer = await ask(cancellationToken).WaitAsync(Patience, cancellationToken);
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
