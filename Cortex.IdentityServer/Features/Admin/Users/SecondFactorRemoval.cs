using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Account;
using Cortex.IdentityServer.Identity.Audit;
using Cortex.IdentityServer.Identity.Events;
using Cortex.IdentityServer.Identity.Mail;
using Cortex.IdentityServer.Identity.Sessions;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Features.Admin.Users;

/// <summary>Takes the authenticator app, the recovery codes and the passkeys away from an account whose owner has lost them.</summary>
internal sealed class SecondFactorRemoval(
    StaffChanges changes, AccountConditions conditions, CortexDbContext db, AccountWriter writer, SessionService sessions, AccountEvents events)
{
    /// <summary>Null when it is done: all sessions have ended, and logging in takes the password only.</summary>
    public Task<Refusal?> TryAsync(Guid userId, StaffMember staff, CancellationToken cancellationToken) => changes.RunAsync(
        new(AuditAction.TwoFactorReset, userId, staff, Role.Support),
        async account =>
        {
            if (userId == staff.Id)
            {
                return Problems.Forbidden with { Detail = "Turn your own second factor off with your password and a code: /api/v1/auth/2fa/disable." };
            }

            var passkeys = (await conditions.ReadAsync(account, cancellationToken)).Passkeys;
            if (!account.TwoFactorEnabled && passkeys == 0)
            {
                return Problems.TwoFactorNotEnabled with { Detail = "This account has neither an authenticator app nor passkeys." };
            }

            await writer.ClearTwoFactorAsync(userId);
            await db.EraseSecondFactorsAsync(userId, cancellationToken);
            await sessions.EndAllAsync(userId, except: null, SessionEnd.TwoFactorChanged, staff.Origin, cancellationToken);
            AuditChange[] changed = [new("two_factor_enabled", account.TwoFactorEnabled, false), new("passkeys", passkeys, 0)];
            await events.NoteChangeAsync(AuditAction.TwoFactorReset, userId, staff.Origin, changed, cancellationToken);
            await events.TellAsync(AuditAction.TwoFactorReset, MailKind.TwoFactorReset, account.Owner, staff.Origin, cancellationToken);
            return null;
        },
        cancellationToken);
}
