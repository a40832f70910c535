using System.Text.Json.Nodes;
using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Audit;
using Cortex.IdentityServer.Identity.Events;
using Cortex.IdentityServer.Identity.Passwords;
using Cortex.IdentityServer.Identity.TwoFactor;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.Features.Admin.Users;

/// <summary>Ends the waits and locks after wrong passwords and wrong codes.</summary>
internal sealed class AccountUnlock(
    StaffChanges changes, AccountConditions conditions, CortexDbContext db, LoginAttempts attempts, SecondFactor secondFactor, AccountEvents events)
{
    /// <summary>Null when it is done.</summary>
    public Task<Refusal?> TryAsync(Guid userId, StaffMember staff, CancellationToken cancellationToken) => changes.RunAsync(
        new(AuditAction.Unlocked, userId, staff, Role.Support),
        async account =>
        {
            var before = await conditions.ReadAsync(account, cancellationToken);

            // In this transaction, and not as a login forgives: a second connection for each request could leave all of them waiting for one.
            var counts = attempts.HashOf(account.LoginCount);
            await db.LoginAttempts.Where(attempt => attempt.EmailHash == counts).ExecuteDeleteAsync(cancellationToken);
            await secondFactor.ForgiveAsync(userId, cancellationToken);
            AuditChange[] lifted =
            [
                new("locked_until", Time(before.LockedUntil), After: null),
                new("login_failures", before.LoginFailures, 0),
                new("two_factor_locked_until", Time(before.TwoFactorLockedUntil), After: null),
                new("two_factor_failures", before.TwoFactorFailures, 0),
            ];
            List<AuditChange> changed = [.. lifted.Where(change => !JsonNode.DeepEquals(change.Before, change.After))];
            if (changed.Count > 0)
            {
                await events.NoteChangeAsync(AuditAction.Unlocked, userId, staff.Origin, changed, cancellationToken);
            }

            return null;
        },
        cancellationToken);

    private static JsonValue? Time(DateTimeOffset? time) => time is { } at ? JsonValue.Create(at.UtcDateTime) : null;
}
