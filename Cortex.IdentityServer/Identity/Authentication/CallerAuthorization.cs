using Cortex.IdentityServer.Foundation.Http;
using Microsoft.AspNetCore.Authorization;

namespace Cortex.IdentityServer.Identity.Authentication;

/// <summary>Authorizes callers before their endpoint runs.</summary>
internal static class CallerAuthorization
{
    /// <summary>
    /// A cached caller goes straight to an endpoint that requires a caller and nothing else. All other requests go through ASP.NET Core's authorization, which
    /// allocates a service scope and a dictionary for each request and would cost the busiest endpoints about 5%.
    /// </summary>
    public static void UseCallerAuthorization(this IApplicationBuilder app)
    {
        var cached = app.ApplicationServices.GetRequiredService<CachedCallers>();
        var limits = app.ApplicationServices.GetRequiredService<CallerLimits>();
        var headers = app.ApplicationServices.GetRequiredService<IRefusalHeaders>();
        RequestDelegate? serve = null;
        app.Use(authorize => context => AllowsAnyCaller(context.GetEndpoint()) && cached.Find(context) is { } caller
            ? ServeAsync(context, caller, limits, headers, serve!)
            : authorize(context));
        app.UseAuthorization();
        app.Use(next => serve = next);
    }

    private static async Task ServeAsync(
        HttpContext context, KnownCaller caller, CallerLimits limits, IRefusalHeaders headers, RequestDelegate serve)
    {
        context.User = caller;
        if (await limits.CheckAsync(context) is { } refusal)
        {
            await headers.AddAsync(context);
            await refusal.ToProblem().ExecuteAsync(context);
            return;
        }

        await serve(context);
    }

    /// <summary>Whether the endpoint has exactly this policy. A second one could require more.</summary>
    private static bool AllowsAnyCaller(Endpoint? endpoint) => endpoint?.Metadata.GetOrderedMetadata<IAuthorizeData>() is
        [{ Policy: Policies.SessionOrKey, Roles: null, AuthenticationSchemes: null }];
}
