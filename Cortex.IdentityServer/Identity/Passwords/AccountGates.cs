namespace Cortex.IdentityServer.Identity.Passwords;

/// <summary>Serializes concurrent password attempts on one account before they reach the database, and limits how many of them wait.</summary>
internal sealed class AccountGates
{
    private const int MaxWaiting = 32;

    /// <summary>How often waiting attempts check for the outcome of an attempt on another replica.</summary>
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Email, string Network), Gate> _gates = [];

    /// <summary>Joins the attempts waiting for an account, or returns null if there are too many. Disposing the result admits the next attempt.</summary>
    public WaitingAttempt? TryJoin(string email, string network)
    {
        lock (_lock)
        {
            if (!_gates.TryGetValue((email, network), out var gate))
            {
                _gates[(email, network)] = gate = new();
            }

            if (gate.Count >= MaxWaiting)
            {
                return null;
            }

            gate.Count++;
            return new(this, (email, network), gate);
        }
    }

    /// <summary>Signals that an attempt has an outcome, so the waiting attempts check again whether they are admitted.</summary>
    public void SignalOutcome(string email, string network)
    {
        lock (_lock)
        {
            if (_gates.TryGetValue((email, network), out var gate))
            {
                gate.Outcome.TrySetResult();
                gate.Outcome = NewSignal();
            }
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Leave((string Email, string Network) key, Gate gate)
    {
        lock (_lock)
        {
            if (--gate.Count == 0)
            {
                _gates.Remove(key);
            }
        }
    }

    /// <summary>An attempt that waits for its turn on an account.</summary>
    internal sealed class WaitingAttempt(AccountGates gates, (string Email, string Network) key, Gate gate) : IDisposable
    {
        private bool _hasTurn;

        public async Task TakeTurnAsync(CancellationToken cancellationToken)
        {
            await gate.Turn.WaitAsync(cancellationToken);
            _hasTurn = true;
        }

        /// <summary>
        /// Returns a task that completes at the next outcome. Callers must obtain it before they query the database, so they don't miss an outcome.
        /// </summary>
        public Task NextOutcome()
        {
            lock (gates._lock)
            {
                return gate.Outcome.Task;
            }
        }

        /// <summary>
        /// Waits for an outcome on this server, or until the next poll for outcomes on other replicas. It uses real time rather than the injected clock,
        /// because no business rule depends on it.
        /// </summary>
        public static async Task WaitForOutcomeAsync(Task outcome, CancellationToken cancellationToken)
        {
            await Task.WhenAny(outcome, Task.Delay(PollInterval, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }

        public void Dispose()
        {
            if (_hasTurn)
            {
                gate.Turn.Release();
            }

            gates.Leave(key, gate);
        }
    }

    /// <summary>The attempts waiting for one account.</summary>
    internal sealed class Gate
    {
        // The semaphore is never disposed: unless its wait handle is used, it holds no unmanaged resources.
        public SemaphoreSlim Turn { get; } = new(1);

        public TaskCompletionSource Outcome { get; set; } = NewSignal();

        public int Count { get; set; }
    }
}
