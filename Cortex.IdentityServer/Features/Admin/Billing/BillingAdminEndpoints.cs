using System.ComponentModel;
using System.Diagnostics;
using Cortex.IdentityServer.Features.Admin.Users;
using Cortex.IdentityServer.Features.Billing.Events;
using Cortex.IdentityServer.Features.Billing.Metering;
using Cortex.IdentityServer.Features.Billing.Status;
using Cortex.IdentityServer.Foundation.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Cortex.IdentityServer.Features.Admin.Billing;

/// <summary>
/// The routes that show whether billing works and the payment provider's events, process one again, assign one to a user, and send a usage event again.
/// </summary>
internal static class BillingAdminEndpoints
{
    private const string IdDescription = "The id of the event.";

    /// <summary>Show whether billing works</summary>
    /// <remarks>Each replica reports its own requests to the payment provider.</remarks>
    internal static async Task<Ok<BillingStatusResponse>> ShowBilling(BillingStatus status, CancellationToken cancellationToken) =>
        TypedResults.Ok(await status.ReadAsync(cancellationToken));

    /// <summary>List billing events</summary>
    /// <remarks>
    /// Lists events, newest first. Filters combine. The provider's payload isn't shown, because it may contain customers' personal data. Events that had no
    /// effect are deleted after 30 days.
    /// </remarks>
    internal static async Task<Results<Ok<BillingEventPage>, Problem>> ListBillingEvents(
        [FromQuery, Description("The number of events per page, 1 to 200; 50 by default.")][LimitValue] string? limit,
        [FromQuery, Description("The next_cursor of the previous page.")] string? cursor,
        [FromQuery, Description("true: only processed events; false: only others.")][FlagValue] string? processed,
        [FromQuery, Description("Only events in this state.")][EventStateValue] string? state,
        [FromQuery, Description("Only events about this user.")][IdValue] string? user,
        BillingEvents events,
        CancellationToken cancellationToken)
    {
        var reader = new QueryReader();
        var (count, after) = (reader.ReadLimit(limit), reader.ReadCursor(cursor));
        var filter = new EventFilter(
            reader.ReadFlag("processed", processed), reader.ReadWord("state", state, EventState.All), reader.ReadId("user", user));
        return reader.Refusal is { } refusal
            ? refusal.ToProblem()
            : TypedResults.Ok(await events.PageAsync(filter, after, count, cancellationToken));
    }

    /// <summary>Show a billing event</summary>
    /// <remarks>Returns the event with its payload as the provider sent it, which contains the customer's personal data.</remarks>
    internal static async Task<Results<Ok<BillingEventDetails>, Problem>> GetBillingEvent(
        [Description(IdDescription)] Guid id, BillingEvents events, CancellationToken cancellationToken) =>
        await events.FindAsync(id, cancellationToken) is { } found ? TypedResults.Ok(found) : Problems.NotFound.ToProblem();

    /// <summary>Process a billing event again</summary>
    /// <remarks>
    /// Queues the event for processing, with ten new attempts. An event that is already waiting isn't changed. Processing an event twice changes nothing,
    /// unless the operator has changed the settings in the meantime: what an older event says never overwrites what a newer one said.
    /// </remarks>
    internal static async Task<Results<Accepted<BillingEventResponse>, Problem>> ReplayBillingEvent(
        [Description(IdDescription)] Guid id, BillingEventChanges changes, HttpContext http, CancellationToken cancellationToken) =>
        ToResult(await changes.ReplayAsync(id, StaffMember.Of(http), cancellationToken));

    /// <summary>Assign a billing event to a user</summary>
    /// <remarks>
    /// For an event in the state `unmatched`. The event's customer is linked to the user, and the customer's other events, earlier and later ones, are
    /// applied to the user, too.
    /// </remarks>
    internal static async Task<Results<Accepted<BillingEventResponse>, Problem>> AssignBillingEvent(
        [Description(IdDescription)] Guid id, AssignEventRequest body, BillingEventChanges changes, HttpContext http, CancellationToken cancellationToken) =>
        ToResult(await changes.AssignAsync(id, body.UserId!.Value, StaffMember.Of(http), cancellationToken));

    /// <summary>Send a usage event again</summary>
    /// <remarks>
    /// Queues an event with usage that Polar has refused and that therefore isn't sent anymore. `GET /billing/usage-events` lists
    /// such events. An event that isn't parked isn't changed.
    /// </remarks>
    internal static async Task<Results<Accepted<MeterEventResponse>, Problem>> RetryUsageEvent(
        [FromRoute(Name = "external_id"), Description("The id of the event, which begins with ctx-.")] string externalId,
        BillingEventChanges changes,
        HttpContext http,
        CancellationToken cancellationToken) =>
        ToResult(await changes.RetryUsageAsync(externalId, StaffMember.Of(http), cancellationToken));

    private static Results<Accepted<T>, Problem> ToResult<T>((T? Event, Refusal? Refusal) result)
        where T : class
    {
        return result switch
        {
            ({ } changed, _) => TypedResults.Accepted((string?)null, changed),
            (_, { } refusal) => refusal.ToProblem(),
            _ => throw new UnreachableException(),
        };
    }
}
