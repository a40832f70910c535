using System.ComponentModel;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Audit;
using Cortex.IdentityServer.Identity.Sessions;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Cortex.IdentityServer.Features.Admin.Users;

/// <summary>The routes with which the staff sees and ends the sessions of a user.</summary>
internal static class UserSessionEndpoints
{
    /// <summary>List a user's sessions</summary>
    /// <remarks>
    /// Requires the role <c>admin</c> or <c>support</c>. Lists the active sessions, most recently used first. <c>is_current</c> is true only for the session
    /// that makes the request.
    /// </remarks>
    internal static async Task<Results<Ok<IReadOnlyList<SessionResponse>>, Problem>> ListUserSessions(
        [Description(UserEndpoints.IdDescription)] Guid id, ManagedAccounts accounts, SessionService sessions, HttpContext http,
        CancellationToken cancellationToken) =>
        await accounts.FindAsync(id, cancellationToken) is null
            ? Problems.NotFound.ToProblem()
            : TypedResults.Ok(SessionResponse.ListOf(await sessions.ListAsync(id, http.User.SessionId(), cancellationToken), http.User.SessionId()));

    /// <summary>End one of a user's sessions</summary>
    /// <remarks>
    /// Requires the role <c>admin</c> or <c>support</c>. The session ends immediately, on every replica. Other sessions and API keys keep working.
    /// </remarks>
    internal static async Task<Results<NoContent, Problem>> EndUserSession(
        [Description(UserEndpoints.IdDescription)] Guid id,
        [FromRoute(Name = "session_id"), Description("The id of the session.")] Guid sessionId,
        StaffChanges changes,
        SessionService sessions,
        HttpContext http,
        CancellationToken cancellationToken)
    {
        var problem = await changes.RunAsync(
            new(AuditAction.SessionEnded, id, StaffMember.Of(http), Role.Support),
            async (change, _) => await sessions.RevokeAsync(change, sessionId, SessionEnd.EndedByAdministrator, cancellationToken) ? null : Problems.NotFound,
            cancellationToken);
        return problem is null ? TypedResults.NoContent() : problem.ToProblem();
    }

    /// <summary>End a user's sessions</summary>
    /// <remarks>Requires the role <c>admin</c> or <c>support</c>. Ends all sessions immediately, on every replica. API keys keep working.</remarks>
    internal static async Task<Results<NoContent, Problem>> RevokeUserSessions(
        [Description(UserEndpoints.IdDescription)] Guid id, EmptyRequest? _, StaffChanges changes, SessionService sessions, HttpContext http,
        CancellationToken cancellationToken)
    {
        var staff = StaffMember.Of(http);
        var problem = await changes.RunAsync(
            new(AuditAction.SessionEnded, id, staff, Role.Support),
            async (change, _) =>
            {
                await sessions.RevokeAllAsync(change, SessionEnd.EndedByAdministrator, cancellationToken);
                return null;
            },
            cancellationToken);
        return problem is null ? TypedResults.NoContent() : problem.ToProblem();
    }
}
