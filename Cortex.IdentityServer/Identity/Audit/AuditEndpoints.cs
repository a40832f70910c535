using System.ComponentModel;
using System.Security.Claims;
using Cortex.IdentityServer.Foundation.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Cortex.IdentityServer.Identity.Audit;

/// <summary>The endpoint where users list the audit events of their account.</summary>
internal static class AuditEndpoints
{
    /// <summary>List the events of the caller's account</summary>
    /// <remarks>Lists logins, including failed ones, and every change to the account, newest first. The operator determines how long events are kept.</remarks>
    internal static async Task<Results<Ok<AuditEventPage>, Problem>> ListEvents(
        [FromQuery, Description("The number of events per page, 1 to 200; 50 by default.")][LimitValue] string? limit,
        [FromQuery, Description("The next_cursor of the previous page.")] string? cursor,
        ClaimsPrincipal caller,
        AuditReader events,
        CancellationToken cancellationToken)
    {
        var query = new QueryReader();
        var (count, after) = (query.ReadLimit(limit), query.ReadCursor(cursor));
        return query.Refusal is { } refusal
            ? refusal.ToProblem()
            : TypedResults.Ok(AuditEventPage.Of(await events.PageAsync(new(User: caller.UserId()), after, count, cancellationToken)));
    }
}
