using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>Lets a route be used only shortly after the caller proved who they are, by a login or by <c>/reauthenticate</c> (OWASP ASVS 7.5.1).</summary>
internal static class FreshAuthentication
{
    public static TBuilder NeedsFreshAuthentication<TBuilder>(this TBuilder route)
        where TBuilder : IEndpointConventionBuilder => route
        .Refuses(Problems.ReauthenticationRequired)
        .AddEndpointFilter(static async (context, next) =>
        {
            var http = context.HttpContext;
            return await http.RequestServices.GetRequiredService<SessionService>().IsFreshAsync(http.User.SessionId(), http.RequestAborted)
                ? await next(context)
                : Problems.ReauthenticationRequired.ToProblem();
        });
}
