using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Audit;
using Cortex.IdentityServer.Identity.Mail;
using Cortex.IdentityServer.Identity.Passkeys;
using Cortex.IdentityServer.Identity.Sessions;
using Cortex.IdentityServer.Identity.TwoFactor;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Features.Admin.Users;

/// <summary>Removes the authenticator app, the recovery codes, and the passkeys of an account whose owner has lost them.</summary>
internal sealed class SecondFactorRemoval(
    StaffChanges changes, AccountStatusReader statuses, SecondFactor secondFactor, UserPasskeys passkeys, SessionService sessions)
{
    /// <summary>Removes them and ends all sessions; from then on, the password is enough to log in. Returns null on success.</summary>
    public Task<Refusal?> TryAsync(Guid userId, StaffMember staff, CancellationToken cancellationToken) => changes.RunAsync(
        new(AuditAction.TwoFactorReset, userId, staff, Role.Support),
        async (change, account) =>
        {
            if (userId == staff.Id)
            {
                return Problems.Forbidden with { Detail = "To turn off your own second factor, use /api/v1/auth/2fa/disable with your password and a code." };
            }

            var passkeyCount = (await statuses.ReadAsync(account, cancellationToken)).Passkeys;
            if (!account.TwoFactorEnabled && passkeyCount == 0)
            {
                return Problems.TwoFactorNotEnabled with { Detail = "This account has neither an authenticator app nor passkeys." };
            }

            await secondFactor.RevokeAllAsync(userId, cancellationToken);
            await passkeys.RevokeAllAsync(userId, cancellationToken);
            await sessions.RevokeAllAsync(change, SessionEnd.TwoFactorChanged, cancellationToken);
            AuditChange[] changed = [new("two_factor_enabled", account.TwoFactorEnabled, false), new("passkeys", passkeyCount, 0)];
            await change.RecordChangeAsync(AuditAction.TwoFactorReset, changed);
            await change.NotifyOwnerAsync(AuditAction.TwoFactorReset, MailKind.TwoFactorReset, account.Owner);
            return null;
        },
        cancellationToken);
}
