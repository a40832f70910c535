using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Billing.Status;

/// <summary>The received webhooks that aren't done.</summary>
/// <param name="Enabled">Whether the server receives webhooks (<c>POLAR_WEBHOOK_SECRET</c>).</param>
/// <param name="Waiting">The number of events that wait for their first or next attempt.</param>
/// <param name="OldestWaitingAt">When the oldest of them arrived; null if none is waiting.</param>
/// <param name="Unmatched">The number of events whose user isn't known.</param>
/// <param name="Failed">The number of events that have failed for good.</param>
/// <param name="LastReceivedAt">When a webhook last arrived; null if none ever has.</param>
internal sealed record WebhooksStatusResponse(
    bool Enabled, long Waiting, DateTimeOffset? OldestWaitingAt, long Unmatched, long Failed, DateTimeOffset? LastReceivedAt)
    : IExample<WebhooksStatusResponse>
{
    public static WebhooksStatusResponse Example => new(Enabled: true, 0, OldestWaitingAt: null, 1, 0, ExampleValues.Time);
}
