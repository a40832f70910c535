using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Events;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.Features.Admin.Users;

/// <summary>
/// The frame of every change that the staff makes of an account: one transaction, in which neither the account nor the right to change it can change under it.
/// </summary>
internal sealed partial class StaffChanges(CortexDbContext db, StaffRights rights, ManagedAccounts accounts, AccountEvents events, ILogger<StaffChanges> logger)
{
    /// <summary>Null when it is done.</summary>
    /// <param name="act">What is done, by whom, to whom.</param>
    /// <param name="change">Does it, in the transaction; a problem takes everything back.</param>
    /// <param name="cancellationToken">The request's.</param>
    public async Task<Refusal?> RunAsync(StaffAct act, Func<ManagedAccount, Task<Refusal?>> change, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await LockAsync(act, cancellationToken);
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

        if (await change(account) is { } problem)
        {
            return problem;
        }

        await transaction.CommitAsync(cancellationToken);
        Committed(act);
        return null;
    }

    /// <summary>
    /// For what is done to no account yet: why this member of the staff may not do it, in the caller's transaction; null when they may, until it ends.
    /// </summary>
    public async Task<Refusal?> HoldAsync(StaffMember staff, string role, CancellationToken cancellationToken) =>
        (await rights.HoldAsync(staff, role, cancellationToken)).Refusal;

    /// <summary>To be called after the commit of a transaction of one's own.</summary>
    public void Committed(StaffAct act)
    {
        events.Committed(act.UserId);
        Log.Done(logger, act.Action, act.UserId, act.Staff.Id);
    }

    /// <summary>Both accounts, in the order of their ids: two administrators who change each other would else wait for each other.</summary>
    private async Task LockAsync(StaffAct act, CancellationToken cancellationToken)
    {
        foreach (var id in new[] { act.Staff.Id, act.UserId }.Distinct().Order())
        {
            // A deletion can take a minute, in which whoever makes it must not be safe from being disabled.
            await ((IsTheirs: id == act.UserId, act.IsDeletion) switch
            {
                (true, true) => db.LockAccountToDeleteAsync(id, cancellationToken),
                (true, false) => db.LockAccountAsync(id, cancellationToken),
                (false, true) => db.KeepAccountAliveAsync(id, cancellationToken),
                (false, false) => db.KeepAccountAsync(id, cancellationToken),
            });
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "{Action}: user {UserId}, by staff member {StaffId}")]
        public static partial void Done(ILogger logger, string action, Guid userId, Guid staffId);
    }
}
