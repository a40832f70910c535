using Cortex.IdentityServer.Features.Billing.Polar;
using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Billing.Status;

/// <summary>Whether billing works.</summary>
/// <param name="Polar">Requests to Polar's API.</param>
internal sealed record BillingStatusResponse(PolarStatusResponse Polar) : IExample<BillingStatusResponse>
{
    public static BillingStatusResponse Example => new(PolarStatusResponse.Example);
}
