using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Audit;
using Cortex.IdentityServer.Identity.Events;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.Features.Admin.Users;

/// <summary>
/// The frame of every change that the staff makes of an account: one transaction, in which neither the account nor the right to change it can change under it.
/// </summary>
internal sealed partial class StaffChanges(
    CortexDbContext db, StaffRights rights, ManagedAccounts accounts, AccountChanges changes, ILogger<StaffChanges> logger)
{
    /// <summary>Null when it is done.</summary>
    /// <param name="act">What is done, by whom, to whom.</param>
    /// <param name="apply">Does it and records it, in the transaction; a refusal rolls everything back.</param>
    /// <param name="cancellationToken">The request's.</param>
    public Task<Refusal?> RunAsync(StaffAct act, Func<AccountChange, ManagedAccount, Task<Refusal?>> apply, CancellationToken cancellationToken) =>
        changes.RunAsync(
            act.UserId, act.Staff.Origin, () => LockAsync(act, cancellationToken), change => ApplyAsync(change, act, apply, cancellationToken),
            cancellationToken);

    /// <summary>Creates an account; null when it is done.</summary>
    /// <param name="staff">Who creates it.</param>
    /// <param name="create">Creates it, names and records it, in the transaction; a refusal rolls everything back.</param>
    /// <param name="cancellationToken">The request's.</param>
    public Task<Refusal?> CreateAsync(StaffMember staff, Func<AccountChange, Task<Refusal?>> create, CancellationToken cancellationToken) =>
        changes.CreateAsync(
            staff.Origin,
            async change =>
            {
                if ((await rights.LockAndCheckAsync(staff, Role.Admin, cancellationToken)).Refusal is { } refusal)
                {
                    return refusal;
                }

                return await create(change) ?? Complete(change, AuditAction.Created, staff);
            },
            cancellationToken);

    private async Task<Refusal?> ApplyAsync(
        AccountChange change, StaffAct act, Func<AccountChange, ManagedAccount, Task<Refusal?>> apply, CancellationToken cancellationToken)
    {
        var (staff, refusal) = await rights.CheckAsync(act.Staff, act.Role, cancellationToken);
        if (refusal is not null)
        {
            return refusal;
        }

        if (await accounts.FindAsync(act.UserId, cancellationToken) is not { } account)
        {
            return Problems.NotFound;
        }

        if (account.IsAdmin && !staff.Contains(Role.Admin))
        {
            return Problems.Forbidden with { Detail = "Only administrators may change an administrator's account in this way." };
        }

        return await apply(change, account) ?? Complete(change, act.Action, act.Staff);
    }

    private Refusal? Complete(AccountChange change, string action, StaffMember staff)
    {
        change.Complete();
        change.AfterCommit(() => Log.Done(logger, action, change.UserId, staff.Id));
        return null;
    }

    /// <summary>Both accounts, in the order of their ids: two administrators who change each other would else wait for each other.</summary>
    private async Task LockAsync(StaffAct act, CancellationToken cancellationToken)
    {
        foreach (var id in new[] { act.Staff.Id, act.UserId }.Distinct().Order())
        {
            // A deletion can take a minute, in which whoever makes it must not be safe from being disabled.
            await ((IsTheirs: id == act.UserId, act.IsDeletion) switch
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
        [LoggerMessage(Level = LogLevel.Information, Message = "{Action}: user {UserId}, by staff member {StaffId}")]
        public static partial void Done(ILogger logger, string action, Guid userId, Guid staffId);
    }
}
