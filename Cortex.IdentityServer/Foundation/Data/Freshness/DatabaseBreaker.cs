using System.Diagnostics;

namespace Cortex.IdentityServer.Foundation.Data.Freshness;

/// <summary>Keeps requests from queuing up at a database that hangs: who was not answered within a second spares the next second's callers the wait.</summary>
internal sealed class DatabaseBreaker
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private long _failedAt;
    private volatile bool _isOpen;

    /// <param name="ask">Must not use anything that belongs to the request: it may still wait when the request is gone.</param>
    /// <param name="isSure">Whether the database is known to answer; then it gets the time that any statement has.</param>
    /// <param name="cancellationToken">The request's.</param>
    /// <exception cref="TimeoutException">No answer in time, or none a moment ago.</exception>
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
            // A refusal would have come at once, and asking again costs nothing.
            Volatile.Write(ref _failedAt, Stopwatch.GetTimestamp());
            _isOpen = true;
            throw;
        }
    }
}
