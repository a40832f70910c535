using System.ComponentModel;
using Cortex.IdentityServer.Features.Billing;
using Cortex.IdentityServer.Foundation.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Cortex.IdentityServer.Features.Admin;

/// <summary>The routes that list the payment provider's events and process one again.</summary>
internal static class BillingAdminEndpoints
{
    /// <summary>List billing events</summary>
    /// <remarks>Lists events, newest first. Filters combine. The provider's payload isn't shown, because it may contain customers' personal data.</remarks>
    internal static async Task<Results<Ok<BillingEventPage>, Problem>> ListBillingEvents(
        [FromQuery, Description("The number of events per page, 1 to 200; 50 by default.")][LimitValue] string? limit,
        [FromQuery, Description("The next_cursor of the previous page.")] string? cursor,
        [FromQuery, Description("true: only processed events; false: only pending ones.")][FlagValue] string? processed,
        [FromQuery, Description("Only events about this user.")][IdValue] string? user,
        BillingEvents events,
        CancellationToken cancellationToken)
    {
        var reader = new QueryReader();
        var (count, after) = (reader.ReadLimit(limit), reader.ReadCursor(cursor));
        var (isProcessed, owner) = (reader.ReadFlag("processed", processed), reader.ReadId("user", user));
        return reader.Refusal is { } refusal
            ? refusal.ToProblem()
            : TypedResults.Ok(await events.PageAsync(isProcessed, owner, after, count, cancellationToken));
    }

    /// <summary>Process a billing event again</summary>
    /// <remarks>Queues the event for processing. An event that is already pending isn't changed.</remarks>
    internal static async Task<Results<Accepted<BillingEventResponse>, Problem>> ReplayBillingEvent(
        [Description("The id of the event.")] Guid id, BillingReplay replay, HttpContext http, CancellationToken cancellationToken) =>
        await replay.ReplayAsync(id, http.AdministratorOrigin(), cancellationToken) is { } replayed
            ? TypedResults.Accepted((string?)null, replayed)
            : Problems.NotFound.ToProblem();
}
