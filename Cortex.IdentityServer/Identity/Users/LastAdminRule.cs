using Cortex.IdentityServer.Foundation.Data;
using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.Identity.Users;

/// <summary>Ensures that at least one active administrator always remains, because only an administrator can appoint another one.</summary>
internal sealed class LastAdminRule(CortexDbContext db)
{
    /// <summary>
    /// Returns whether the account, which the caller's transaction has locked and is about to demote, disable, or delete, is the last active administrator.
    /// Transactions that remove an administrator run one at a time from this call until they end.
    /// </summary>
    public async Task<bool> ForbidsAsync(Guid userId, CancellationToken cancellationToken)
    {
        // Locking the role's row rather than each administrator's row avoids deadlocks. If the account isn't an administrator, nothing is locked.
        var adminRoles = await db.Database.SqlQuery<Guid>($"""
            SELECT id FROM roles
            WHERE name = {Role.Admin} AND EXISTS (
                SELECT FROM user_roles JOIN users ON users.id = user_id WHERE role_id = roles.id AND user_id = {userId} AND coalesce(is_active, true))
            FOR NO KEY UPDATE OF roles
            """).ToListAsync(cancellationToken);

        // This is a separate statement, because the one that waited for the lock would still see an administrator who was disabled in the meantime as active.
        return adminRoles is [var role] && !await db.UserRoles.AnyAsync(
            other => other.RoleId == role && other.UserId != userId && db.Users.Any(user => user.Id == other.UserId && user.IsActive != false),
            cancellationToken);
    }
}
