using System.ComponentModel;
using Cortex.IdentityServer.Features.Usage.Quotas;
using Cortex.IdentityServer.Foundation.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cortex.IdentityServer.Features.Admin.Users;

/// <summary>The routes that show a user's quota and set the user's own.</summary>
internal static class UserQuotaEndpoints
{
    /// <summary>Show a user's quota</summary>
    /// <remarks>
    /// Requires the role <c>admin</c> or <c>support</c>. Returns the limits that apply to the user's account and what was used, as the user sees them at
    /// /api/v1/usage/quota.
    /// </remarks>
    internal static async Task<Results<Ok<QuotaResponse>, Problem>> GetUserQuota(
        [Description(UserEndpoints.IdDescription)] Guid id, QuotaReader reader, CancellationToken cancellationToken) =>
        await reader.ReadAsync(id, cancellationToken) is { } quota ? TypedResults.Ok(quota) : Problems.NotFound.ToProblem();

    /// <summary>Set a user's quota</summary>
    /// <remarks>
    /// Requires the role <c>admin</c>. Overrides the quota of the user's tier. What is null or omitted is as the tier has it, so an empty object removes the
    /// user's own quota. The change takes effect with the next request, and on other replicas within 250 ms.
    /// </remarks>
    internal static async Task<Results<Ok<UserQuotaBody>, Problem>> SetUserQuota(
        [Description(UserEndpoints.IdDescription)] Guid id, UserQuotaBody body, UserQuotaChange change, HttpContext http,
        CancellationToken cancellationToken) =>
        await change.TryAsync(id, body.ToLimits(body.Mode), StaffMember.Of(http), cancellationToken) is { } problem
            ? problem.ToProblem()
            : TypedResults.Ok(body);
}
