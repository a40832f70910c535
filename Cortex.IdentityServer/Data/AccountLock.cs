using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.Data;

/// <summary>Lets the changes of one account go one after another.</summary>
internal static class AccountLock
{
    /// <summary>
    /// Holds the account's row until the caller's transaction ends. First of all locks, wherever an account changes, so that no two wait for each other;
    /// logins and rows that refer to the account aren't held up.
    /// </summary>
    public static Task LockAccountAsync(this CortexDbContext db, Guid userId, CancellationToken cancellationToken) =>
        db.Database.ExecuteSqlAsync($"SELECT FROM users WHERE id = {userId} FOR NO KEY UPDATE", cancellationToken);
}
