using System.ComponentModel;
using Cortex.IdentityServer.Http;
using Cortex.IdentityServer.Usage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cortex.IdentityServer.Admin;

/// <summary>What a user used.</summary>
internal static class UsageAdminEndpoints
{
    public static void MapUsageAdmin(this RouteGroupBuilder admin) =>
        admin.MapGet("/users/{id:guid}/usage", ReadUserUsage).RequireAuthorization(Policies.Support).Refuses(Problems.ValidationFailed, Problems.NotFound);

    /// <summary>Show what a user used</summary>
    /// <remarks>
    /// Totals, and a series with no gaps. Grouped, it shows the 100 groups with most requests (fewer where a series is long: 20,000 points in all), and what is
    /// in the others as the group `other`; what has no provider, or no key any more, is the group null.
    /// </remarks>
    internal static async Task<Results<Ok<UsageReportResponse>, Problem>> ReadUserUsage(
        [Description("The id of the user.")] Guid id, [AsParameters] UsageQuery query, UsageReport report, TimeProvider clock, CancellationToken cancellationToken)
    {
        var reader = new QueryReader();
        var (period, group) = (query.ReadPeriod(reader, clock.GetUtcNow()), query.ReadGroup(reader));
        if (reader.Refusal is { } refusal)
        {
            return refusal;
        }

        return await report.ReadAsync(id, period, group, cancellationToken) is { } usage ? TypedResults.Ok(usage) : (Problem)Problems.NotFound;
    }
}
