using System.Text.Json.Nodes;
using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Audit;
using Cortex.IdentityServer.Identity.Passwords;
using Cortex.IdentityServer.Identity.TwoFactor;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Features.Admin.Users;

/// <summary>Lifts the lockouts after wrong passwords and wrong codes.</summary>
internal sealed class AccountUnlock(
    StaffChanges changes, AccountStatusReader statuses, CortexDbContext db, LoginAttempts attempts, SecondFactor secondFactor)
{
    /// <summary>Unlocks the account. Returns null on success.</summary>
    public Task<Refusal?> TryAsync(Guid userId, StaffMember staff, CancellationToken cancellationToken) => changes.RunAsync(
        new(AuditAction.Unlocked, userId, staff, Role.Support),
        async (change, account) =>
        {
            var before = await statuses.ReadAsync(account, cancellationToken);

            // This uses the transaction's connection. If each request took a second one, as a login does, concurrent requests could exhaust the pool and
            // deadlock.
            await attempts.ResetFailuresAsync(db, account.LoginCount, cancellationToken);
            await secondFactor.ResetFailuresAsync(userId, cancellationToken);
            AuditChange[] lifted =
            [
                new("locked_until", Time(before.LockedUntil), After: null),
                new("login_failures", before.LoginFailures, 0),
                new("two_factor_locked_until", Time(before.TwoFactorLockedUntil), After: null),
                new("two_factor_failures", before.TwoFactorFailures, 0),
            ];
            List<AuditChange> changed = [.. lifted.Where(field => !JsonNode.DeepEquals(field.Before, field.After))];
            if (changed.Count > 0)
            {
                await change.RecordChangeAsync(AuditAction.Unlocked, changed);
            }

            return null;
        },
        cancellationToken);

    private static JsonValue? Time(DateTimeOffset? time) => time is { } at ? JsonValue.Create(at.UtcDateTime) : null;
}
