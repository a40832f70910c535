using System.ComponentModel;
using Cortex.IdentityServer.Features.Admin.Users;
using Cortex.IdentityServer.Features.Usage.Reports;
using Cortex.IdentityServer.Foundation.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cortex.IdentityServer.Features.Admin.Adjustments;

/// <summary>The route that corrects a user's usage.</summary>
internal static class AdjustmentEndpoint
{
    /// <summary>Correct a user's usage</summary>
    /// <remarks>
    /// Requires the role `admin`. Adds an event with the endpoint `adjustment` whose numbers may be negative. Reports and quotas include it at once; it
    /// counts as one request. The audit log records the numbers and the reason. A request that is sent twice corrects twice.
    /// </remarks>
    internal static async Task<Results<Created<UsageEventResponse>, Problem>> AdjustUsage(
        [Description("The id of the user.")] Guid id, AdjustmentRequest body, Adjustment adjustment, HttpContext http, CancellationToken cancellationToken) =>
        await adjustment.TryAddAsync(id, body, StaffMember.Of(http), cancellationToken) switch
        {
            ({ } added, _) => TypedResults.Created((string?)null, added),
            (_, { } refusal) => refusal.ToProblem(),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
}
