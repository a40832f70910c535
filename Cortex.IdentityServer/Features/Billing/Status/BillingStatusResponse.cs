using Cortex.IdentityServer.Features.Billing.Polar;
using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Billing.Status;

/// <summary>Whether billing works.</summary>
/// <param name="Webhooks">The webhooks that were received.</param>
/// <param name="Polar">Requests to Polar's API.</param>
internal sealed record BillingStatusResponse(WebhooksStatusResponse Webhooks, PolarStatusResponse Polar) : IExample<BillingStatusResponse>
{
    public static BillingStatusResponse Example => new(WebhooksStatusResponse.Example, PolarStatusResponse.Example);
}
