using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Foundation.Http.RateLimits;
using Microsoft.AspNetCore.Http.Json;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Configures Kestrel and the middleware that every request passes through.</summary>
internal static class HttpFeature
{
    /// <summary>The maximum total size of a request's headers, in bytes. Unauthenticated requests must be cheap.</summary>
    private const int MaxHeadersSize = 32 * 1024;

    private static readonly TimeSpan KeepAliveTimeout = TimeSpan.FromSeconds(130);

    /// <summary>Together with <see cref="HttpOptions.DrainTime"/>, the shutdown fits into the 30 seconds that container hosts allow.</summary>
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(20);

    public static WebApplicationBuilder AddHttp(this WebApplicationBuilder builder, HttpOptions options, CancellationToken stop)
    {
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = BodyRules.MaxJsonBytes;
            kestrel.Limits.MaxRequestHeadersTotalSize = MaxHeadersSize;
            kestrel.Limits.MaxRequestLineSize = 8 * 1024;

            // A slow client occupies a connection, but no thread, and only briefly.
            kestrel.Limits.MaxConcurrentConnections = options.MaxConnections;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            kestrel.Limits.MinRequestBodyDataRate = new(bytesPerSecond: 1024, gracePeriod: TimeSpan.FromSeconds(5));

            // Longer than the idle timeouts of proxies (Caddy 120 s, Traefik 90 s, nginx 60 s). If the server closed first, a proxy could send a request on
            // a closing connection.
            kestrel.Limits.KeepAliveTimeout = KeepAliveTimeout;
        });
        var services = builder.Services;
        services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownTimeout);
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

    /// <summary>Adds the first middleware, which count the request, assign its id, and determine the client's address.</summary>
    public static void UseRequestStart(this WebApplication app, HttpOptions options)
    {
        // Otherwise, the builder inserts ASP.NET Core's authentication middleware for a default scheme. There is none, and it would cost 5% per request.
        ((IApplicationBuilder)app).Properties[FrameworkInternals.AuthenticationMiddlewareSet] = true;

        var traffic = app.Services.GetRequiredService<Traffic>();
        app.Use(next => context => traffic.CountAsync(context, next));
        app.UseUnreadBodies();
        app.UseRequestId();
        app.UseClientAddress(options);
    }

    /// <summary>Adds the rest of the pipeline. Headers come before limits, so that refusals carry them.</summary>
    public static void UseHttp(this WebApplication app, HttpOptions options)
    {
        app.UseSecurityHeaders();
        app.UseExceptionHandler(new ExceptionHandlerOptions { SuppressDiagnosticsCallback = _ => true, ExceptionHandler = _ => Task.CompletedTask });
        app.Use(async (context, next) =>
        {
            // This replaces UseStatusCodePages, which would add a feature to each request.
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
