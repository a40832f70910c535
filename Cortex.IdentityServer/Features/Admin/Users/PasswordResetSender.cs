using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Account.Mailed;
using Cortex.IdentityServer.Identity.Audit;
using Cortex.IdentityServer.Identity.Mail;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.Features.Admin.Users;

/// <summary>Emails a user a link to set a password, so that the staff neither sees nor chooses it (OWASP ASVS 6.4.6).</summary>
internal sealed class PasswordResetSender(StaffChanges changes, CortexDbContext db, PasswordReset reset)
{
    /// <summary>Queues the email. Returns null on success.</summary>
    public Task<Refusal?> TryAsync(Guid userId, StaffMember staff, CancellationToken cancellationToken) => changes.RunAsync(
        new(AuditAction.PasswordResetRequested, userId, staff, Role.Support),
        async (change, account) =>
        {
            if (!account.IsActive)
            {
                return Problems.AccountDisabled with { Detail = "The user's account is disabled, so the link wouldn't work. Enable the account first." };
            }

            var user = await db.Users.AsNoTracking().SingleAsync(u => u.Id == userId, cancellationToken);
            if (!await (account.HasPassword
                ? reset.SendAsync(user, MailKind.ResetPasswordByStaff, cancellationToken)
                : reset.InviteAsync(user, cancellationToken)))
            {
                return Refusal.RateLimited(OneTimeTokens.Window);
            }

            await change.RecordAsync(AuditAction.PasswordResetRequested);
            return null;
        },
        cancellationToken);
}
