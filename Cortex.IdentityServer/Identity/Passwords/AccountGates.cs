namespace Cortex.IdentityServer.Identity.Passwords;

/// <summary>
/// Lets those who try one account's password at the same time ask the database one after another, and no more than a few of them wait.
/// </summary>
internal sealed class AccountGates
{
    private const int MostWaiting = 32;

    /// <summary>How often the outcome of an attempt on another replica is looked for.</summary>
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Email, string Network), Gate> _gates = [];

    /// <summary>A place among those who wait, or null when there are too many; disposing it lets the next one through.</summary>
    public Waiting? TryJoin(string email, string network)
    {
        lock (_lock)
        {
            if (!_gates.TryGetValue((email, network), out var gate))
            {
                _gates[(email, network)] = gate = new();
            }

            if (gate.Count >= MostWaiting)
            {
                return null;
            }

            gate.Count++;
            return new(this, (email, network), gate);
        }
    }

    /// <summary>An attempt has its outcome: whoever waits for its room looks again.</summary>
    public void Settled(string email, string network)
    {
        lock (_lock)
        {
            if (_gates.TryGetValue((email, network), out var gate))
            {
                gate.Settled.TrySetResult();
                gate.Settled = NewSignal();
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

    /// <summary>One who waits at an account's gate.</summary>
    internal sealed class Waiting(AccountGates gates, (string Email, string Network) key, Gate gate) : IDisposable
    {
        private bool _hasTurn;

        public async Task TakeTurnAsync(CancellationToken cancellationToken)
        {
            await gate.Turn.WaitAsync(cancellationToken);
            _hasTurn = true;
        }

        /// <summary>Ends at the next outcome; take it before looking, so that none is missed.</summary>
        public Task NextOutcome()
        {
            lock (gates._lock)
            {
                return gate.Settled.Task;
            }
        }

        /// <summary>Waits for an outcome here or, by looking again soon, elsewhere. Real time: what passes here is a machine's and no rule's.</summary>
        public static async Task ForAsync(Task outcome, CancellationToken cancellationToken)
        {
            await Task.WhenAny(outcome, Task.Delay(Poll, cancellationToken));
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

    /// <summary>Those who wait for one account.</summary>
    internal sealed class Gate
    {
        // Never disposed: without a wait handle it holds nothing that has to be freed.
        public SemaphoreSlim Turn { get; } = new(1);

        public TaskCompletionSource Settled { get; set; } = NewSignal();

        public int Count { get; set; }
    }
}
