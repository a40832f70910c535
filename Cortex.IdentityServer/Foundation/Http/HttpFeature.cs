using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Foundation.Http.RateLimits;
using Microsoft.AspNetCore.Http.Json;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>What every request goes through before and after its route.</summary>
internal static class HttpFeature
{
    /// <summary>All header lines of a request together, and how many: a request has to be small before anybody knows whose it is.</summary>
    private const int LargestHeaders = 32 * 1024;

    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(130);

    /// <summary>With <see cref="HttpOptions.DrainTime"/> before, a server is out within the 30 seconds that container hosts give.</summary>
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(20);

    public static WebApplicationBuilder AddHttp(this WebApplicationBuilder builder, HttpOptions options, CancellationToken stop)
    {
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = BodyRules.LargestJson;
            kestrel.Limits.MaxRequestHeadersTotalSize = LargestHeaders;
            kestrel.Limits.MaxRequestLineSize = 8 * 1024;

            // Who sends a byte now and then holds a connection, not a thread, and not for long.
            kestrel.Limits.MaxConcurrentConnections = options.MostConnections;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            kestrel.Limits.MinRequestBodyDataRate = new(bytesPerSecond: 1024, gracePeriod: TimeSpan.FromSeconds(5));

            // Longer than proxies keep an idle connection (Caddy 120 s, Traefik 90, nginx 60): whoever closes first must be the one that sends.
            kestrel.Limits.KeepAliveTimeout = KeepAlive;
        });
        var services = builder.Services;
        services.Configure<HostOptions>(host => host.ShutdownTimeout = StopTime);
        services.AddSingleton(options);
        services.AddSingleton<Traffic>();
        services.AddSingleton<IHostLifetime>(provider => ActivatorUtilities.CreateInstance<DrainingLifetime>(provider, stop));
        services.Configure<JsonOptions>(json => StrictJson.Configure(json.SerializerOptions)).AddJson<HttpJson>();
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        services.Configure<RouteOptions>(routes => routes.SuppressCheckForUnhandledSecurityMetadata = true);
        services.AddExceptionHandler<ExceptionToProblem>();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<BrowserOrigins>();
        services.AddSingleton<ListenStart>().AddHostedService(provider => provider.GetRequiredService<ListenStart>());
        services.AddCrossOrigin(options);
        return builder;
    }

    /// <summary>Where the pipeline begins: the request is counted, named, and learns its client's address.</summary>
    public static void UseRequestStart(this WebApplication app, HttpOptions options)
    {
        // Or the builder puts ASP.NET's middleware for a default scheme in front of all; there is none, and it would cost each request a twentieth.
        ((IApplicationBuilder)app).Properties[FrameworkInternals.AuthenticationMiddlewareSet] = true;

        var traffic = app.Services.GetRequiredService<Traffic>();
        app.Use(next => context => traffic.CountAsync(context, next));
        app.UseUnreadBodies();
        app.UseRequestId();
        app.UseClientAddress(options);
    }

    /// <summary>The rest of the pipeline in its order: headers first, so that refusals carry them; limits after.</summary>
    public static void UseHttp(this WebApplication app, HttpOptions options)
    {
        app.UseSecurityHeaders();
        app.UseExceptionHandler(new ExceptionHandlerOptions { SuppressDiagnosticsCallback = _ => true, ExceptionHandler = _ => Task.CompletedTask });
        app.Use(async (context, next) =>
        {
            // What UseStatusCodePages does, without the feature that it adds to each request.
            await next(context);
            var response = context.Response;
            if (!response.HasStarted && response.ContentLength is null && string.IsNullOrEmpty(response.ContentType)
                && Problems.ForStatus(response.StatusCode) is { } code)
            {
                await (code with { Status = response.StatusCode }).ToProblem().ExecuteAsync(context);
            }
        });
        app.UseRouting();
        app.UseCrossOrigin(options);
        app.UseAddressLimits();
        app.UseBodyRules();
        app.UseSingleCredential();
    }
}
