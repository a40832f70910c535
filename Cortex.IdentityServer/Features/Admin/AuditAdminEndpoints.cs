using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Audit;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cortex.IdentityServer.Features.Admin;

/// <summary>The route that lists the audit events of all accounts.</summary>
internal static class AuditAdminEndpoints
{
    /// <summary>List the events of all accounts</summary>
    /// <remarks>Lists events, newest first. Events are available for as long as the operator keeps them. Filters combine.</remarks>
    internal static async Task<Results<Ok<AdminAuditEventPage>, Problem>> ListAuditEvents(
        [AsParameters] AuditEventsQuery query, AuditReader events, CancellationToken cancellationToken)
    {
        var reader = new QueryReader();
        var (limit, cursor, filter) = (reader.ReadLimit(query.Limit), reader.ReadCursor(query.Cursor), query.Read(reader));
        return reader.Refusal is { } refusal
            ? refusal.ToProblem()
            : TypedResults.Ok(AdminAuditEventPage.Of(await events.NamedPageAsync(filter, cursor, limit, cancellationToken)));
    }
}
