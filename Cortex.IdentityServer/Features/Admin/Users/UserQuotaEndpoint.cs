using System.ComponentModel;
using Cortex.IdentityServer.Foundation.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cortex.IdentityServer.Features.Admin.Users;

/// <summary>The route that sets a user's own quota.</summary>
internal static class UserQuotaEndpoint
{
    /// <summary>Set a user's quota</summary>
    /// <remarks>
    /// Requires the role <c>admin</c>. Overrides the quota of the user's tier. What is null or omitted is as the tier has it, so an empty object removes the
    /// user's own quota. The change takes effect with the next request, and on other replicas within 250 ms.
    /// </remarks>
    internal static async Task<Results<Ok<UserQuotaBody>, Problem>> SetUserQuota(
        [Description("The id of the user.")] Guid id, UserQuotaBody body, UserQuotaChange change, HttpContext http, CancellationToken cancellationToken) =>
        await change.TryAsync(id, body.ToLimits(body.Mode), StaffMember.Of(http), cancellationToken) is { } problem
            ? problem.ToProblem()
            : TypedResults.Ok(body);
}
