using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Audit;
using Cortex.IdentityServer.Identity.Events;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.Features.Admin.Users;

/// <summary>
/// Runs every change that the staff makes to an account in one transaction that locks both accounts, so that neither the target nor the authorization can
/// change concurrently.
/// </summary>
internal sealed partial class StaffChanges(
    CortexDbContext db, StaffAuthorizer authorizer, ManagedAccounts accounts, AccountChanges changes, ILogger<StaffChanges> logger)
{
    /// <summary>Changes an account. Returns null on success.</summary>
    /// <param name="action">The change, the staff member, and the account.</param>
    /// <param name="apply">Makes and records the change in the transaction; a refusal rolls back everything.</param>
    /// <param name="cancellationToken">The request's cancellation token.</param>
    public Task<Refusal?> RunAsync(StaffAction action, Func<AccountChange, ManagedAccount, Task<Refusal?>> apply, CancellationToken cancellationToken) =>
        changes.RunAsync(
            action.UserId, action.Staff.Origin, () => LockAsync(action, cancellationToken), change => ApplyAsync(change, action, apply, cancellationToken),
            cancellationToken);

    /// <summary>Creates an account. Returns null on success.</summary>
    /// <param name="staff">The administrator who creates it.</param>
    /// <param name="create">Creates and records the account in the transaction; a refusal rolls back everything.</param>
    /// <param name="cancellationToken">The request's cancellation token.</param>
    public Task<Refusal?> CreateAsync(StaffMember staff, Func<AccountChange, Task<Refusal?>> create, CancellationToken cancellationToken) =>
        changes.RunAsync(
            staff.Origin,
            async change =>
            {
                if ((await authorizer.LockAndAuthorizeAsync(staff, Role.Admin, cancellationToken)).Refusal is { } refusal)
                {
                    return refusal;
                }

                return await create(change) ?? Complete(change, AuditAction.Created, staff);
            },
            cancellationToken);

    private async Task<Refusal?> ApplyAsync(
        AccountChange change, StaffAction action, Func<AccountChange, ManagedAccount, Task<Refusal?>> apply, CancellationToken cancellationToken)
    {
        var (staff, refusal) = await authorizer.AuthorizeAsync(action.Staff, action.Role, cancellationToken);
        if (refusal is not null)
        {
            return refusal;
        }

        if (await accounts.FindAsync(action.UserId, cancellationToken) is not { } account)
        {
            return Problems.NotFound;
        }

        if (account.IsAdmin && !staff.Contains(Role.Admin))
        {
            return Problems.Forbidden with { Detail = "Only an administrator may make this change to an administrator's account." };
        }

        return await apply(change, account) ?? Complete(change, action.Action, action.Staff);
    }

    private Refusal? Complete(AccountChange change, string action, StaffMember staff)
    {
        change.Complete();
        change.AfterCommit(() => Log.Done(logger, action, change.UserId, staff.Id));
        return null;
    }

    /// <summary>Locks both accounts in the order of their ids. Otherwise two administrators who change each other's accounts could deadlock.</summary>
    private async Task LockAsync(StaffAction action, CancellationToken cancellationToken)
    {
        foreach (var id in new[] { action.Staff.Id, action.UserId }.Distinct().Order())
        {
            // A deletion can take a minute, and it must be possible to disable the administrator who makes it in the meantime.
            await ((IsTarget: id == action.UserId, action.IsDeletion) switch
            {
                (true, true) => db.LockAccountForDeletionAsync(id, cancellationToken),
                (true, false) => db.LockAccountAsync(id, cancellationToken),
                (false, true) => db.LockAccountAgainstDeletionAsync(id, cancellationToken),
                (false, false) => db.LockAccountAgainstChangesAsync(id, cancellationToken),
            });
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4703, LogLevel.Information, "{Action}: user {UserId}, by staff member {StaffId}")]
        public static partial void Done(ILogger logger, string action, Guid userId, Guid staffId);
    }
}
