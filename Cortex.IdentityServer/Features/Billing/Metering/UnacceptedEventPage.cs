using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Billing.Metering;

/// <summary>A page of events with usage that Polar hasn't accepted, those of the latest hours first.</summary>
/// <param name="Items">The events.</param>
/// <param name="NextCursor">The cursor of the next page; null at the end.</param>
internal sealed record UnacceptedEventPage(IReadOnlyList<UnacceptedEventResponse> Items, string? NextCursor) : IExample<UnacceptedEventPage>
{
    public static UnacceptedEventPage Example => new([UnacceptedEventResponse.Example], null);
}
