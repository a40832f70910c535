using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Identity.Account;
using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.Features.Billing;

/// <summary>Reads what the payment provider reported about an account, for its export.</summary>
internal sealed class BillingExport(CortexDbContext db) : IBillingExport
{
    public async Task<IReadOnlyList<ExportedBillingEvent>> ExportAsync(Guid userId, CancellationToken cancellationToken) =>
        await db.Database.SqlQuery<ExportedBillingEvent>($"""
            SELECT event_type AS "EventType", data AS "Data", created_at AS "CreatedAt" FROM billing_events WHERE user_id = {userId} ORDER BY created_at
            """).ToListAsync(cancellationToken);
}
