using Cortex.IdentityServer.Foundation.Data;
using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.Identity.Users;

/// <summary>Lets the changes of one account go one after another.</summary>
internal static class AccountLock
{
    /// <summary>
    /// Holds the account's row until the caller's transaction ends. First of all locks, wherever an account changes, so that no two wait for each other;
    /// logins and rows that refer to the account aren't held up.
    /// </summary>
    public static Task LockAccountAsync(this CortexDbContext db, Guid userId, CancellationToken cancellationToken) =>
        db.Database.ExecuteSqlAsync($"SELECT FROM users WHERE id = {userId} FOR NO KEY UPDATE", cancellationToken);

    /// <summary>
    /// The same for who will delete the account: also against rows that refer to it, from the beginning, as a stronger lock later could wait for who waits for
    /// this one.
    /// </summary>
    public static Task LockAccountToDeleteAsync(this CortexDbContext db, Guid userId, CancellationToken cancellationToken) =>
        db.Database.ExecuteSqlAsync($"SELECT FROM users WHERE id = {userId} FOR UPDATE", cancellationToken);

    /// <summary>Keeps the account from being changed until the caller's transaction ends, its roles included; any number may do so at a time.</summary>
    public static Task KeepAccountAsync(this CortexDbContext db, Guid userId, CancellationToken cancellationToken) =>
        db.Database.ExecuteSqlAsync($"SELECT FROM users WHERE id = {userId} FOR SHARE", cancellationToken);

    /// <summary>Keeps the account only from being deleted: for what takes so long that it must not hold up changes.</summary>
    public static Task KeepAccountAliveAsync(this CortexDbContext db, Guid userId, CancellationToken cancellationToken) =>
        db.Database.ExecuteSqlAsync($"SELECT FROM users WHERE id = {userId} FOR KEY SHARE", cancellationToken);
}
