using System.ComponentModel;
using Cortex.IdentityServer.Features.Billing.Metering;
using Cortex.IdentityServer.Foundation.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Cortex.IdentityServer.Features.Admin.Billing;

/// <summary>The route that lists usage that Polar hasn't accepted.</summary>
internal static class UsageEventEndpoints
{
    /// <summary>List usage events that Polar hasn't accepted</summary>
    /// <remarks>
    /// Lists the events with the usage of an hour that Polar has refused (`refused`) or that are still to be sent (`waiting`), those of the latest hours first.
    /// Filters combine. Usage of hours that aren't over isn't in an event yet.
    /// </remarks>
    internal static async Task<Results<Ok<UnacceptedEventPage>, Problem>> ListUnacceptedUsageEvents(
        [FromQuery, Description("The number of events per page, 1 to 200; 50 by default.")][LimitValue] string? limit,
        [FromQuery, Description("The next_cursor of the previous page.")] string? cursor,
        [FromQuery, Description("Only events in this state.")][UnacceptedStateValue] string? state,
        [FromQuery, Description("Only events of this user.")][IdValue] string? user,
        UnacceptedEvents events,
        CancellationToken cancellationToken)
    {
        var reader = new QueryReader();
        var (count, after) = (reader.ReadLimit(limit), reader.ReadCursor(cursor));
        var (wanted, userId) = (reader.ReadWord("state", state, UnacceptedState.All), reader.ReadId("user", user));
        return reader.Refusal is { } refusal
            ? refusal.ToProblem()
            : TypedResults.Ok(await events.PageAsync(wanted, userId, after, count, cancellationToken));
    }
}
