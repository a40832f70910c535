using Cortex.IdentityServer.Foundation.Data;
using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.Identity.Users;

/// <summary>Takes row locks on an account, so that concurrent changes to it are serialized.</summary>
internal static class AccountLock
{
    /// <summary>
    /// Locks the account for a change until the caller's transaction ends. Every change to an account takes this lock before any other, which prevents
    /// deadlocks. Logins, and inserts of rows that reference the account, aren't blocked.
    /// </summary>
    public static Task LockAccountAsync(this CortexDbContext db, Guid userId, CancellationToken cancellationToken) =>
        db.Database.ExecuteSqlAsync($"SELECT FROM users WHERE id = {userId} FOR NO KEY UPDATE", cancellationToken);

    /// <summary>
    /// Limits how long the caller's transaction waits for each lock. The statement that waits then fails with SQLSTATE 55P03, before its own timeout ends it.
    /// </summary>
    public static Task LimitLockWaitAsync(this CortexDbContext db, CancellationToken cancellationToken) =>
        db.Database.ExecuteSqlAsync($"SET LOCAL lock_timeout = '1s'", cancellationToken);

    /// <summary>
    /// Locks the account for its deletion, which also blocks inserts of rows that reference it. A deletion takes this lock from the beginning: upgrading
    /// a weaker one later could deadlock.
    /// </summary>
    public static Task LockAccountForDeletionAsync(this CortexDbContext db, Guid userId, CancellationToken cancellationToken) =>
        db.Database.ExecuteSqlAsync($"SELECT FROM users WHERE id = {userId} FOR UPDATE", cancellationToken);

    /// <summary>
    /// Takes a shared lock that prevents changes to the account and its roles until the caller's transaction ends. Any number of transactions can hold it.
    /// </summary>
    public static Task LockAccountAgainstChangesAsync(this CortexDbContext db, Guid userId, CancellationToken cancellationToken) =>
        db.Database.ExecuteSqlAsync($"SELECT FROM users WHERE id = {userId} FOR SHARE", cancellationToken);

    /// <summary>Takes a shared lock that prevents only the account's deletion, for work that takes too long to block changes.</summary>
    public static Task LockAccountAgainstDeletionAsync(this CortexDbContext db, Guid userId, CancellationToken cancellationToken) =>
        db.Database.ExecuteSqlAsync($"SELECT FROM users WHERE id = {userId} FOR KEY SHARE", cancellationToken);
}
