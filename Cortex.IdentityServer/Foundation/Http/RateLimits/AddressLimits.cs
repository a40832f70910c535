namespace Cortex.IdentityServer.Foundation.Http.RateLimits;

/// <summary>Counts each request to a rate-limited route against its address, before the server spends work on its body, credential, or password.</summary>
internal static class AddressLimits
{
    public static IApplicationBuilder UseAddressLimits(this IApplicationBuilder app)
    {
        var counter = app.ApplicationServices.GetRequiredService<RateCounter>();
        return app.Use((context, next) => context.GetEndpoint()?.Metadata.GetMetadata<RouteLimits>() is { PerAddress: var limit }
            ? CountAsync(context, next, counter, limit)
            : next(context));
    }

    private static async Task CountAsync(HttpContext context, RequestDelegate next, RateCounter counter, RateLimit limit)
    {
        var decision = await counter.TakeAsync(limit, ClientNetwork.Of(context.ClientIp()));
        RateLimitHeaders.ShowTightest(context, decision);
        await (decision.Allowed ? next(context) : Refusal.RateLimited(decision.Reset).ToProblem().ExecuteAsync(context));
    }
}
