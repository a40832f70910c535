using System.ComponentModel;
using System.Security.Claims;
using Cortex.IdentityServer.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Cortex.IdentityServer.Audit;

/// <summary>What a user may see of what happened to their account.</summary>
internal static class AuditEndpoints
{
    /// <summary>List what happened to the caller's account</summary>
    /// <remarks>Logins, failed ones too, and every change of the account, newest first; for as long as the operator keeps them.</remarks>
    internal static async Task<Results<Ok<AuditEventPage>, Problem>> ListEvents(
        [FromQuery, Description("Events on a page, 1 to 200; 50 if left out.")][LimitValue] string? limit,
        [FromQuery, Description("The next_cursor of the page before.")] string? cursor,
        ClaimsPrincipal caller,
        AuditReader events,
        CancellationToken cancellationToken)
    {
        var query = new QueryReader();
        var (many, after) = (query.Limit(limit), query.Cursor(cursor));
        return query.Refusal is { } refusal
            ? refusal
            : TypedResults.Ok(AuditEventPage.Of(await events.PageAsync(new(User: caller.UserId()), after, many, cancellationToken)));
    }
}
