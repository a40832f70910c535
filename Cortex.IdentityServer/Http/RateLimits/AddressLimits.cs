namespace Cortex.IdentityServer.Http.RateLimits;

/// <summary>Counts each request to a limited route against its address, before its body, its credential or a hash costs anything (security.md L8).</summary>
internal static class AddressLimits
{
    public static IApplicationBuilder UseAddressLimits(this IApplicationBuilder app)
    {
        var counter = app.ApplicationServices.GetRequiredService<RateCounter>();
        return app.Use(async (context, next) =>
        {
            if (context.GetEndpoint()?.Metadata.GetMetadata<RouteLimits>() is { PerAddress: var limit })
            {
                var decision = await counter.TakeAsync(limit, ClientNetwork.Of(context.ClientIp()));
                RateLimitHeaders.Note(context, decision);
                if (!decision.Allowed)
                {
                    await Problem.RateLimited(decision.Reset).ExecuteAsync(context);
                    return;
                }
            }

            await next(context);
        });
    }
}
