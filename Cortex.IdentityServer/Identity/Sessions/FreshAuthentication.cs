using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>Restricts a route to callers who have recently authenticated, by a login or by <c>/reauthenticate</c> (OWASP ASVS 7.5.1).</summary>
internal static class FreshAuthentication
{
    public static TBuilder RequireFreshAuthentication<TBuilder>(this TBuilder route)
        where TBuilder : IEndpointConventionBuilder => route
        .WithRefusals(Problems.ReauthenticationRequired)
        .AddEndpointFilter(static async (context, next) =>
        {
            var http = context.HttpContext;
            return await http.RequestServices.GetRequiredService<SessionService>().IsFreshAsync(http.User.SessionId(), http.RequestAborted)
                ? await next(context)
                : Problems.ReauthenticationRequired.ToProblem();
        });
}
