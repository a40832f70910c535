using Cortex.IdentityServer.Foundation.Http;
using Microsoft.AspNetCore.Authorization;

namespace Cortex.IdentityServer.Identity.Authentication;

/// <summary>Lets callers through to their routes.</summary>
internal static class CallerAuthorization
{
    /// <summary>
    /// A remembered caller goes straight to a route that asks for a caller and for nothing more. Any other request goes through ASP.NET Core's authorization,
    /// which needs a service scope and a dictionary for each request and would cost the hottest routes a twentieth.
    /// </summary>
    public static void UseCallerAuthorization(this IApplicationBuilder app)
    {
        var remembered = app.ApplicationServices.GetRequiredService<RememberedCallers>();
        var limits = app.ApplicationServices.GetRequiredService<CallerLimits>();
        RequestDelegate? serve = null;
        app.Use(authorize => context => AsksForAnyCaller(context.GetEndpoint()) && remembered.Recall(context) is { } caller
            ? ServeAsync(context, caller, limits, serve!)
            : authorize(context));
        app.UseAuthorization();
        app.Use(next => serve = next);
    }

    private static async Task ServeAsync(HttpContext context, KnownCaller caller, CallerLimits limits, RequestDelegate serve)
    {
        context.User = caller;
        await (await limits.RefusalAsync(context) is { } refusal ? refusal.ToProblem().ExecuteAsync(context) : serve(context));
    }

    /// <summary>Exactly this policy: a second one may ask for more.</summary>
    private static bool AsksForAnyCaller(Endpoint? endpoint) => endpoint?.Metadata.GetOrderedMetadata<IAuthorizeData>() is
        [{ Policy: Policies.SessionOrKey, Roles: null, AuthenticationSchemes: null }];
}
