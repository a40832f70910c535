using Cortex.IdentityServer.Foundation.Data.Gauges;

namespace Cortex.IdentityServer.Features.Billing.Webhooks;

/// <summary>The numbers of billing events that wait, and of those that an administrator has to look at.</summary>
internal static class EventGauges
{
    public static readonly DatabaseGauge[] All =
    [
        new(
            "cortex.billing.events.waiting", "{event}", "Billing events that wait, or that are going to be tried again.",
            $"""
            SELECT (SELECT count(*) FROM billing_inbox WHERE {EventQueue.ReceivedIsWaiting})
                + (SELECT count(*) FROM billing_events WHERE {EventQueue.PendingIsWaiting})
            """),
        new(
            "cortex.billing.events.oldest", "s", "The age of the oldest billing event that waits; 0 if there is none.",
            $"""
            SELECT extract(epoch FROM $1 - least(
                (SELECT min(created_at) FROM billing_inbox WHERE {EventQueue.ReceivedIsWaiting}),
                (SELECT min(created_at) FROM billing_events WHERE {EventQueue.PendingIsWaiting})))
            """),
        new(
            "cortex.billing.events.failed", "{event}", "Billing events that have failed for good, until an administrator replays or assigns them.",
            """
            SELECT (SELECT count(*) FROM billing_inbox WHERE processed_at IS NULL AND failed_at IS NOT NULL)
                + (SELECT count(*) FROM billing_events WHERE NOT coalesce(processed, false) AND failed_at IS NOT NULL)
            """),
    ];
}
