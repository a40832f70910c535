using System.Net.Http.Headers;
using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Foundation.Telemetry;

namespace Cortex.IdentityServer.Features.Billing.Polar;

/// <summary>Registers the client of Polar's API.</summary>
internal static class PolarFeature
{
    /// <summary>A connection is closed after this time, so that a new address in DNS is used.</summary>
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(5);

    private const int MaxConnections = 20;

    public static IServiceCollection AddPolar(this IServiceCollection services)
    {
        services
            .AddSingleton<PolarStatus>()
            .AddSingleton<PolarLimiter>()
            .AddSingleton<PolarReplies>()
            .AddSingleton<PolarClient>()
            .AddTransient<AnswerBuffer>();
        foreach (var priority in Enum.GetValues<PolarPriority>())
        {
            AddClient(services, priority);
        }

        return services;
    }

    public static string ClientName(PolarPriority priority) => $"polar-{priority}";

    /// <summary>Each priority has connections and a circuit breaker of its own, so that background work can't make people wait.</summary>
    private static void AddClient(IServiceCollection services, PolarPriority priority)
    {
        var client = services.AddHttpClient(ClientName(priority), Configure)
            .UseSocketsHttpHandler((handler, _) =>
            {
                // A redirect would be followed without the access token, or with it to another host. The environment's proxy would see the token.
                handler.AllowAutoRedirect = false;
                handler.UseCookies = false;
                handler.UseProxy = false;
                handler.ConnectTimeout = PolarPipeline.ConnectTimeout;
                handler.PooledConnectionLifetime = ConnectionLifetime;
                handler.MaxConnectionsPerServer = MaxConnections;
                handler.ActivityHeadersPropagator = TraceParentPropagator.Instance;
            })
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan)

            // Its lines would contain the headers of each request.
            .RemoveAllLoggers();
        client.AddResilienceHandler(
            "polar", (builder, context) => PolarPipeline.Build(builder, priority, context.ServiceProvider.GetRequiredService<PolarLimiter>()));
        client.AddHttpMessageHandler<AnswerBuffer>();
    }

    private static void Configure(IServiceProvider services, HttpClient http)
    {
        var options = services.GetRequiredService<BillingOptions>();
        http.BaseAddress = options.PolarApiUrl;

        // The pipeline has its own timeouts.
        http.Timeout = Timeout.InfiniteTimeSpan;
        var headers = http.DefaultRequestHeaders;
        headers.Authorization = new("Bearer", options.PolarAccessToken);
        headers.Accept.Add(new("application/json"));
        headers.UserAgent.Add(new(new ProductHeaderValue("cortex-identity", Product.Version)));
        if (options.PolarApiVersion is { } version)
        {
            headers.Add(PolarReplies.VersionHeader, version);
        }
    }
}
