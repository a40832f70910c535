using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Billing.Events;

/// <summary>A page of billing events, newest first.</summary>
/// <param name="Items">The events.</param>
/// <param name="NextCursor">The cursor of the next page; null at the end.</param>
internal sealed record BillingEventPage(IReadOnlyList<BillingEventResponse> Items, string? NextCursor) : IExample<BillingEventPage>
{
    public static BillingEventPage Example => new([BillingEventResponse.Example], null);
}
