using System.ComponentModel;
using Cortex.IdentityServer.Features.Billing.Overview;
using Cortex.IdentityServer.Foundation.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cortex.IdentityServer.Features.Admin.Users;

/// <summary>The route that shows a user's subscription.</summary>
internal static class UserBillingEndpoint
{
    /// <summary>Show a user's subscription</summary>
    /// <remarks>
    /// Requires the role <c>admin</c> or <c>support</c>. Returns the user's tier, the subscription behind it, and the products that the user can subscribe to,
    /// as the user sees them at /api/v1/billing.
    /// </remarks>
    internal static async Task<Results<Ok<BillingResponse>, Problem>> GetUserBilling(
        [Description(UserEndpoints.IdDescription)] Guid id, SubscriptionReader reader, CancellationToken cancellationToken) =>
        await reader.ReadAsync(id, cancellationToken) is { } billing ? TypedResults.Ok(billing) : Problems.NotFound.ToProblem();
}
