using System.ComponentModel;
using Cortex.IdentityServer.Features.Billing.Reconciliation;
using Cortex.IdentityServer.Foundation.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Cortex.IdentityServer.Features.Admin.Billing;

/// <summary>The route that compares usage with Polar.</summary>
internal static class ReconciliationEndpoint
{
    /// <summary>Compare usage with Polar</summary>
    /// <remarks>
    /// Shows, by user, what was used in a month, what of that was sent to Polar and accepted, and what Polar's meters have counted. The users are those who
    /// have used anything in the month, in the order of their ids. With `drift`, the server compares `limit` users for each page and leaves out the others,
    /// so a page can be empty without being the last one.
    /// </remarks>
    internal static async Task<Results<Ok<ReconciliationPage>, Problem>> ReconcileUsage(
        [FromQuery, Description("The month in UTC, such as 2026-11; the current one by default.")][MonthValue] string? month,
        [FromQuery, Description("Only this user.")][IdValue] string? user,
        [FromQuery, Description("true: only users whose usage differs; false: only others.")][FlagValue] string? drift,
        [FromQuery, Description("The number of users per page, 1 to 50; 20 by default.")]
        [NumberValue(1, Reconciliations.MaxPageSize, Reconciliations.DefaultPageSize)] string? limit,
        [FromQuery, Description("The next_cursor of the previous page.")] string? cursor,
        Reconciliations reconciliations,
        CancellationToken cancellationToken)
    {
        var reader = new QueryReader();
        var filter = new ReconciliationFilter(
            reader.ReadMonth("month", month),
            reader.ReadId("user", user),
            reader.ReadFlag("drift", drift),
            ReadCursor(reader, cursor),
            reader.ReadNumber("limit", limit, 1, Reconciliations.MaxPageSize, Reconciliations.DefaultPageSize));
        return reader.Refusal is { } refusal ? refusal.ToProblem() : TypedResults.Ok(await reconciliations.PageAsync(filter, cancellationToken));
    }

    private static Guid? ReadCursor(QueryReader reader, string? text)
    {
        if (text is null)
        {
            return null;
        }

        if (Guid.TryParseExact(text, "D", out var id))
        {
            return id;
        }

        reader.AddError("cursor", "must be the next_cursor of the previous page");
        return null;
    }
}
