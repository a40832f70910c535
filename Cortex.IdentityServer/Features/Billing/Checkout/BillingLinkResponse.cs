using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Billing.Checkout;

/// <summary>A page of Polar.</summary>
/// <param name="Url">The address of the page. It is for this user only.</param>
internal sealed record BillingLinkResponse(Uri Url) : IExample<BillingLinkResponse>
{
    /// <summary>Keeps the address out of logs: who has it is logged in at Polar.</summary>
    public override string ToString() => nameof(BillingLinkResponse);

    public static BillingLinkResponse Example => new(new Uri("https://polar.sh/checkout/polar_c_8f1d3c"));
}
