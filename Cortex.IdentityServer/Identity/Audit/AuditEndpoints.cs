using System.ComponentModel;
using System.Security.Claims;
using Cortex.IdentityServer.Foundation.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Cortex.IdentityServer.Identity.Audit;

/// <summary>What a user may see of what happened to their account.</summary>
internal static class AuditEndpoints
{
    /// <summary>List the events of the caller's account</summary>
    /// <remarks>Logins, including failed ones, and every change to the account, newest first, for as long as the operator keeps them.</remarks>
    internal static async Task<Results<Ok<AuditEventPage>, Problem>> ListEvents(
        [FromQuery, Description("Events per page, 1 to 200; 50 by default.")][LimitValue] string? limit,
        [FromQuery, Description("The next_cursor of the previous page.")] string? cursor,
        ClaimsPrincipal caller,
        AuditReader events,
        CancellationToken cancellationToken)
    {
        var query = new QueryReader();
        var (many, after) = (query.Limit(limit), query.Cursor(cursor));
        return query.Refusal is { } refusal
            ? refusal.ToProblem()
            : TypedResults.Ok(AuditEventPage.Of(await events.PageAsync(new(User: caller.UserId()), after, many, cancellationToken)));
    }
}
