using System.ComponentModel;
using Cortex.IdentityServer.Features.Usage;
using Cortex.IdentityServer.Foundation.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cortex.IdentityServer.Features.Admin;

/// <summary>The route that reports a user's usage.</summary>
internal static class UsageAdminEndpoints
{
    /// <summary>Show a user's usage</summary>
    /// <remarks>
    /// Returns totals and a series without gaps. A grouped series has the 100 groups with the most requests (fewer if the series is long: 20,000 points in
    /// total) and the rest as the group `other`. Requests without a provider, or whose key no longer exists, form the group null.
    /// </remarks>
    internal static async Task<Results<Ok<UsageReportResponse>, Problem>> ReadUserUsage(
        [Description("The id of the user.")] Guid id, [AsParameters] UsageQuery query, UsageReport report, TimeProvider clock,
        CancellationToken cancellationToken)
    {
        var reader = new QueryReader();
        var (period, group) = (query.ReadPeriod(reader, clock.GetUtcNow()), query.ReadGroup(reader));
        if (reader.Refusal is { } refusal)
        {
            return refusal.ToProblem();
        }

        return await report.ReadAsync(id, period, group, cancellationToken) is { } usage ? TypedResults.Ok(usage) : Problems.NotFound.ToProblem();
    }
}
