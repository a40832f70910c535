using System.Net.Sockets;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Foundation.Telemetry;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using OpenTelemetry.Metrics;

namespace Cortex.IdentityServer.Foundation.Management;

/// <summary>Runs a second, small web server on the addresses in <c>MANAGEMENT_URLS</c>.</summary>
/// <remarks>
/// It has sockets and a pipeline of its own, so no path, header, or HTTP version leads from the public addresses to it. It starts before the public server and
/// stops after it, so it can say that the server isn't ready.
/// </remarks>
internal sealed partial class ManagementListener(
    TelemetryOptions options, ManagementRequests requests, ILogger<ManagementListener> logger, MeterProvider? metrics = null) : IHostedService, IAsyncDisposable
{
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(1);

    private WebApplication? _server;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.ManagementUrls.Count == 0)
        {
            return;
        }

        var server = Build();
        try
        {
            await server.StartAsync(cancellationToken);
        }
        catch (Exception failure) when (Listening.Reason(failure) is { } reason)
        {
            await server.DisposeAsync();
            var addresses = string.Join(", ", options.ManagementUrls);
            if (options.IsManagementConfigured || failure is not IOException and not SocketException)
            {
                throw new ListenException($"The server can't listen on {addresses} (MANAGEMENT_URLS): {reason}.", failure);
            }

            // A second server on a developer's machine isn't a reason not to start.
            Log.Unavailable(logger, addresses, reason);
            return;
        }

        _server = server;

        // With port 0, the operating system has chosen the port.
        var bound = string.Join(", ", server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses);
        Log.Listening(logger, bound);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_server is not null)
        {
            // A slow client here must not delay the end of the server.
            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            timeout.CancelAfter(StopTimeout);
            await _server.StopAsync(timeout.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    private WebApplication Build()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls([.. options.ManagementUrls]).ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 0;
            kestrel.Limits.MaxConcurrentConnections = 100;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        });
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        var app = builder.Build();
        app.Use(requests.HandleAsync);
        if (metrics is not null)
        {
            app.UseOpenTelemetryPrometheusScrapingEndpoint(metrics, predicate: null, path: "/metrics", configureBranchedPipeline: null, optionsName: null);
        }

        return app;
    }

    private static partial class Log
    {
        [LoggerMessage(1600, LogLevel.Information, "Metrics and health checks are served on {Addresses}")]
        public static partial void Listening(ILogger logger, string addresses);

        [LoggerMessage(1601, LogLevel.Warning, "Metrics can't be served on {Addresses}: {Reason}. Set MANAGEMENT_URLS to another address, or to off")]
        public static partial void Unavailable(ILogger logger, string addresses, string reason);
    }

    /// <summary>Leaves signals to the public server, whose shutdown also stops this one.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
