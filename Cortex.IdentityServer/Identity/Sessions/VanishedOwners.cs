using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Http;
using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>
/// Gives a request whose account was deleted, or whose session ended, while it was under way the answer that it would get now. Otherwise it would look as if
/// only the key was gone, or the password was wrong.
/// </summary>
internal static class VanishedOwners
{
    private static readonly int[] Doubtful = [StatusCodes.Status401Unauthorized, StatusCodes.Status404NotFound, StatusCodes.Status409Conflict];

    public static TBuilder TellsVanishedOwners<TBuilder>(this TBuilder route)
        where TBuilder : IEndpointConventionBuilder => route.AddEndpointFilter(static async (context, next) =>
        {
            var answer = await next(context);
            var result = answer is INestedHttpResult nested ? nested.Result : answer;
            return result is Problem problem && Doubtful.Contains(problem.Refusal.Status) && !await HasSessionAsync(context.HttpContext)
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
