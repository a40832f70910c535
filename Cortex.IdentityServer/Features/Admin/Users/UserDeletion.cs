using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Account;
using Cortex.IdentityServer.Identity.Audit;
using Cortex.IdentityServer.Identity.Mail;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Features.Admin.Users;

/// <summary>Deletes a user's account.</summary>
internal sealed class UserDeletion(StaffChanges changes, AccountRemoval removal)
{
    /// <summary>Deletes the account if its ETag matches. Returns null on success.</summary>
    public Task<Refusal?> TryAsync(Guid userId, IfMatch ifMatch, StaffMember staff, CancellationToken cancellationToken) => changes.RunAsync(
        new(AuditAction.AccountDeleted, userId, staff, Role.Admin) { IsDeletion = true },
        async (change, account) => !ifMatch.Allows(account.EntityTag)
            ? Problems.PreconditionFailed
            : await removal.TryAsync(change, account.Owner, MailKind.AccountDeletedByStaff, account.Removal(), cancellationToken),
        cancellationToken);
}
