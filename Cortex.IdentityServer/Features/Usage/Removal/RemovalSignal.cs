namespace Cortex.IdentityServer.Features.Usage.Removal;

/// <summary>Wakes this server's <see cref="DeletedAccounts"/> job when there is usage to remove.</summary>
internal sealed class RemovalSignal : IDisposable
{
    private readonly SemaphoreSlim _woken = new(0, 1);

    public void Wake()
    {
        try
        {
            _woken.Release();
        }
        catch (SemaphoreFullException)
        {
            // The job has already been woken.
        }
    }

    /// <summary>Waits until the job is woken or the timeout is over.</summary>
    public Task WaitAsync(TimeSpan timeout, CancellationToken cancellationToken) => _woken.WaitAsync(timeout, cancellationToken);

    public void Dispose() => _woken.Dispose();
}
