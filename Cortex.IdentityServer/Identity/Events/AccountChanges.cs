using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Data.Freshness;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Audit;
using Cortex.IdentityServer.Identity.Mail;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Identity.Events;

/// <summary>
/// Runs every change to an account: begins a transaction, locks the account, applies the change, and commits if the change was completed. After the commit, it
/// invalidates the cached data of the account, wakes the email sender, and runs the actions registered with <see cref="AccountChange.AfterCommit"/>.
/// </summary>
internal sealed class AccountChanges(CortexDbContext db, AuditLog audit, Outbox outbox, Changes changes)
{
    /// <summary>Changes an account. The account is locked before <paramref name="apply"/> runs.</summary>
    public Task<T> RunAsync<T>(Guid userId, RequestOrigin origin, Func<AccountChange, Task<T>> apply, CancellationToken cancellationToken) =>
        RunAsync(userId, origin, () => db.LockAccountAsync(userId, cancellationToken), apply, cancellationToken);

    /// <summary>Changes an account with a stronger lock, or with locks on more than one account.</summary>
    public Task<T> RunAsync<T>(
        Guid userId, RequestOrigin origin, Func<Task> lockAccounts, Func<AccountChange, Task<T>> apply, CancellationToken cancellationToken) =>
        RunAsync(
            new AccountChange(userId, origin, audit, outbox, cancellationToken),
            async change =>
            {
                await lockAccounts();
                return await apply(change);
            },
            cancellationToken);

    /// <summary>
    /// Changes an account that <paramref name="apply"/> creates, or finds and locks, and reports through <see cref="AccountChange.SetAccount"/>; or none.
    /// </summary>
    public Task<T> RunAsync<T>(RequestOrigin origin, Func<AccountChange, Task<T>> apply, CancellationToken cancellationToken) =>
        RunAsync(new AccountChange(userId: null, origin, audit, outbox, cancellationToken), apply, cancellationToken);

    private async Task<T> RunAsync<T>(AccountChange change, Func<AccountChange, Task<T>> apply, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var result = await apply(change);
        if (change.IsComplete)
        {
            await transaction.CommitAsync(cancellationToken);
            if (change.HasAccount)
            {
                changes.Invalidate(change.UserId);
            }

            outbox.Wake();
            change.RunAfterCommit();
        }

        return result;
    }
}
