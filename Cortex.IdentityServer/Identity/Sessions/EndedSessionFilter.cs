using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Http;
using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>
/// If the account was deleted or the session ended while a request was running, reports that instead of the request's own error. Otherwise the client would
/// conclude that only a key was missing, or that the password was wrong.
/// </summary>
internal static class EndedSessionFilter
{
    private static readonly int[] AmbiguousStatuses = [StatusCodes.Status401Unauthorized, StatusCodes.Status404NotFound, StatusCodes.Status409Conflict];

    public static TBuilder ReportsEndedSession<TBuilder>(this TBuilder route)
        where TBuilder : IEndpointConventionBuilder => route.AddEndpointFilter(static async (context, next) =>
        {
            var answer = await next(context);
            var result = answer is INestedHttpResult nested ? nested.Result : answer;
            return result is Problem problem && AmbiguousStatuses.Contains(problem.Refusal.Status) && !await HasSessionAsync(context.HttpContext)
                ? Problems.SessionRevoked.ToProblem()
                : answer;
        });

    private static Task<bool> HasSessionAsync(HttpContext http)
    {
        var id = http.User.SessionId();
        return http.RequestServices.GetRequiredService<CortexDbContext>().Sessions
            .AnyAsync(session => session.Id == id && session.EndedAt == null, http.RequestAborted);
    }
}
