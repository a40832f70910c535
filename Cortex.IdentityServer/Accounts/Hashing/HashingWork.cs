namespace Cortex.IdentityServer.Accounts.Hashing;

/// <summary>A hash that waits for a thread.</summary>
internal abstract class HashingWork
{
    /// <summary>Computes it; false when its request was gone before, and nothing was computed.</summary>
    public abstract bool Do();

    /// <summary>Gives up on it, as the server stops.</summary>
    public abstract void Drop();
}

/// <inheritdoc/>
internal sealed class HashingWork<T>(Func<T> compute, CancellationToken cancellationToken) : HashingWork
{
    // What waits for the answer goes on elsewhere: hashing threads do nothing but hash.
    private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Answer => _answer.Task;

    public override bool Do()
    {
        if (cancellationToken.IsCancellationRequested)
        {
            _answer.SetCanceled(cancellationToken);
            return false;
        }

        try
        {
            _answer.SetResult(compute());
        }
        catch (Exception failure)
        {
            _answer.SetException(failure);
        }

        return true;
    }

    public override void Drop() => _answer.TrySetCanceled(CancellationToken.None);
}
