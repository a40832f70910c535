namespace Cortex.IdentityServer.Identity.Passwords.Hashing;

/// <inheritdoc/>
internal sealed class HashingWork<T>(Func<T> compute, CancellationToken cancellationToken) : HashingWork
{
    // Continuations run on other threads: hashing threads only hash.
    private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Answer => _answer.Task;

    public override void Run(Action computed)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            _answer.SetCanceled(cancellationToken);
            return;
        }

        try
        {
            var answer = compute();
            computed();
            _answer.SetResult(answer);
        }
        catch (Exception failure)
        {
            _answer.SetException(failure);
        }
    }

    public override void Cancel() => _answer.TrySetCanceled(CancellationToken.None);
}
