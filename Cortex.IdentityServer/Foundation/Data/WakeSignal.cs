namespace Cortex.IdentityServer.Foundation.Data;

/// <summary>Wakes a background service of this server. Several signals before it wakes up count as one.</summary>
internal abstract class WakeSignal : IDisposable
{
    private readonly SemaphoreSlim _woken = new(0, 1);

    public void Wake()
    {
        if (_woken.CurrentCount > 0)
        {
            return;
        }

        try
        {
            _woken.Release();
        }
        catch (SemaphoreFullException)
        {
            // Another request has just woken it.
        }
    }

    public Task WaitAsync(CancellationToken cancellationToken) => _woken.WaitAsync(cancellationToken);

    /// <summary>Waits until the service is woken or the timeout is over.</summary>
    public Task WaitAsync(TimeSpan timeout, CancellationToken cancellationToken) => _woken.WaitAsync(timeout, cancellationToken);

    public void Dispose() => _woken.Dispose();
}
