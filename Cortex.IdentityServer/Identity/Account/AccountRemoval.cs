using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Audit;
using Cortex.IdentityServer.Identity.Events;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.Identity.Account;

/// <summary>
/// Deletes an account; the foreign keys to it delete everything that belongs to it. The change must have locked it with
/// <see cref="AccountLock.LockAccountForDeletionAsync"/>. An account with much usage becomes a tombstone instead, whose usage a background job removes.
/// </summary>
internal sealed partial class AccountRemoval(
    CortexDbContext db, LastAdminRule lastAdmin, IUsageRemoval usage, AccountTombstones tombstones, ILogger<AccountRemoval> logger)
{
    /// <summary>Returns null when the account is deleted and the change is complete.</summary>
    /// <param name="change">The change to the account.</param>
    /// <param name="owner">The owner, who receives the last notice.</param>
    /// <param name="mail">The kind of the last notice.</param>
    /// <param name="before">The state of the account before the deletion, without personal data.</param>
    /// <param name="cancellationToken">The cancellation token of the request.</param>
    public async Task<Refusal?> TryAsync(
        AccountChange change, AccountOwner owner, string mail, IReadOnlyList<AuditChange> before, CancellationToken cancellationToken)
    {
        if (await lastAdmin.ForbidsAsync(owner.Id, cancellationToken))
        {
            return Problems.LastAdmin;
        }

        // A deletion by the owner is recorded first, so that a trigger removes the personal data from this event too. A deletion by an administrator is
        // recorded afterward, because the IP address and user agent are the administrator's and the event doesn't reveal whose account it was.
        var isByOwner = change.Origin.ActorOn(owner.Id) == owner.Id;
        if (isByOwner)
        {
            await change.RecordAsync(AuditAction.AccountDeleted);
        }

        if (await TryRemoveAsync(change, owner.Id, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        if (!isByOwner)
        {
            await change.RecordChangeAsync(AuditAction.AccountDeleted, before);
        }

        await change.NotifyOwnerAsync(AuditAction.AccountDeleted, mail, owner);
        change.Complete();
        return null;
    }

    private async Task<Refusal?> TryRemoveAsync(AccountChange change, Guid userId, CancellationToken cancellationToken)
    {
        var result = await usage.IsTooLargeAsync(userId, cancellationToken)
            ? await tombstones.TryCreateAsync(userId, cancellationToken)
            : TombstoneResult.NotPermitted.Instance;
        switch (result)
        {
            case TombstoneResult.Created:
                change.AfterCommit(usage.Start);
                return null;

            case TombstoneResult.StillReferenced { Table: var table }:
                Log.StillReferenced(logger, userId, table);
                return Problems.StillReferenced(table);

            default:
                // The foreign keys have the rights that the server's role lacks.
                await DeleteAsync(userId, cancellationToken);
                return null;
        }
    }

    private async Task DeleteAsync(Guid userId, CancellationToken cancellationToken)
    {
        var usual = db.Database.GetCommandTimeout();
        db.Database.SetCommandTimeout(AccountTombstones.TimeoutSeconds);
        try
        {
            await db.Users.Where(u => u.Id == userId).ExecuteDeleteAsync(cancellationToken);
        }
        finally
        {
            db.Database.SetCommandTimeout(usual);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(
            3201,
            LogLevel.Warning,
            "User {UserId} wasn't deleted, because rows of the table {Table} still reference the account. Give that table's foreign key ON DELETE "
                + "CASCADE or SET NULL")]
        public static partial void StillReferenced(ILogger logger, Guid userId, string table);
    }
}
