using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Identity.Account;
using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.Features.Billing.Events;

/// <summary>Reads what the payment provider reported about an account, for its export.</summary>
internal sealed class BillingExport(CortexDbContext db) : IBillingExport
{
    public async Task<IReadOnlyList<ExportedBillingEvent>> ExportAsync(Guid userId, CancellationToken cancellationToken) =>
        await db.Database.SqlQuery<ExportedBillingEvent>($"""
            SELECT event_type AS "EventType", data AS "Data", created_at AS "CreatedAt" FROM billing_events WHERE user_id = {userId} ORDER BY created_at
            """).ToListAsync(cancellationToken);

    public async Task<IReadOnlyList<ExportedSubscription>> ExportSubscriptionsAsync(Guid userId, CancellationToken cancellationToken) =>
        await db.Database.SqlQuery<ExportedSubscription>($"""
            SELECT id AS "Id", customer_id AS "CustomerId", product_id AS "ProductId", status AS "Status", current_period_start AS "CurrentPeriodStart",
                current_period_end AS "CurrentPeriodEnd", cancel_at_period_end AS "CancelAtPeriodEnd", ended_at AS "EndedAt", past_due_at AS "PastDueAt",
                said_at AS "SaidAt"
            FROM billing_subscriptions WHERE user_id = {userId} ORDER BY created_at
            """).ToListAsync(cancellationToken);
}
