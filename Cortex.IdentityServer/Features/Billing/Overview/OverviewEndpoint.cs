using Cortex.IdentityServer.Foundation.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cortex.IdentityServer.Features.Billing.Overview;

/// <summary>The route that shows callers their subscription.</summary>
internal static class OverviewEndpoint
{
    /// <summary>Show the caller's subscription</summary>
    /// <remarks>Returns the caller's tier, the subscription behind it, and the products that a checkout accepts.</remarks>
    internal static async Task<Results<Ok<BillingResponse>, Problem>> GetBilling(
        HttpContext http, SubscriptionReader reader, CancellationToken cancellationToken) =>
        await reader.ReadAsync(http.User.UserId(), cancellationToken) is { } billing ? TypedResults.Ok(billing) : Problems.SessionRevoked.ToProblem();
}
