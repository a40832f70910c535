using System.Text.Json.Nodes;
using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Audit;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.Features.Admin.Users;

/// <summary>Sets a user's own quota.</summary>
internal sealed class UserQuotaChange(CortexDbContext db, StaffChanges changes)
{
    /// <summary>Replaces the quota. Returns null on success.</summary>
    public Task<Refusal?> TryAsync(Guid userId, QuotaLimits quota, StaffMember staff, CancellationToken cancellationToken) => changes.RunAsync(
        new(AuditAction.QuotaChanged, userId, staff, Role.Admin),
        async (change, _) =>
        {
            var user = db.Users.Where(user => user.Id == userId);
            var before = await user.Select(user => user.Quota).SingleAsync(cancellationToken);
            var after = quota.ToJson();
            await user.ExecuteUpdateAsync(set => set.SetProperty(user => user.Quota, after), cancellationToken);
            await change.RecordChangeAsync(AuditAction.QuotaChanged, [new("quota", Parse(before), Parse(after))]);
            return null;
        },
        cancellationToken);

    private static JsonNode? Parse(string? json) => json is null ? null : JsonNode.Parse(json);
}
