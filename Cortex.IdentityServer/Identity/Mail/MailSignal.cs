namespace Cortex.IdentityServer.Identity.Mail;

/// <summary>Wakes this server's email sender when there is something to send.</summary>
internal sealed class MailSignal : IDisposable
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
            // The sender has already been woken.
        }
    }

    public Task WaitAsync(TimeSpan timeout, CancellationToken cancellationToken) => _woken.WaitAsync(timeout, cancellationToken);

    public void Dispose() => _woken.Dispose();
}
