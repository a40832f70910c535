using Cortex.IdentityServer.Accounts;
using Cortex.IdentityServer.Audit;
using Cortex.IdentityServer.Http;
using Cortex.IdentityServer.Mail;

namespace Cortex.IdentityServer.Admin.Users;

/// <summary>Deletes somebody's account.</summary>
internal sealed class UserDeletion(StaffChanges changes, AccountRemoval removal)
{
    /// <summary>Null when it is done.</summary>
    public Task<Problem?> TryAsync(Guid userId, IfMatch ifMatch, StaffMember staff, CancellationToken cancellationToken) => changes.RunAsync(
        new(AuditAction.AccountDeleted, userId, staff, Role.Admin) { IsDeletion = true },
        async account => !ifMatch.Allows(account.EntityTag)
            ? Problems.PreconditionFailed
            : await removal.TryAsync(account.Owner, MailKind.AccountDeletedByStaff, account.Removal(), staff.Client, cancellationToken),
        cancellationToken);
}
