namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Records that all other hosted services have started, because the framework starts the web server last.</summary>
internal sealed class ListenStart : IHostedService
{
    public bool IsNext { get; private set; }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        IsNext = true;
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
