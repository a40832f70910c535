using Cortex.IdentityServer.Foundation.Data;
using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.Identity.Users;

/// <summary>One administrator who may log in always stays: without one, nobody could appoint another.</summary>
internal sealed class LastAdminRule(CortexDbContext db)
{
    /// <summary>
    /// Whether the account, which the caller's transaction has locked and is about to demote, disable or delete, is the last of them. Who takes an
    /// administrator away waits here for who did so before: from here on until the transaction ends, one at a time.
    /// </summary>
    public async Task<bool> ForbidsAsync(Guid userId, CancellationToken cancellationToken)
    {
        // The role's row stands for all who have it, so nobody can lock them in another order. Where the account isn't one of them, nobody waits.
        var isOneOfThem = await db.Database.SqlQuery<Guid>($"""
            SELECT id FROM roles
            WHERE name = {Role.Admin} AND EXISTS (
                SELECT FROM user_roles JOIN users ON users.id = user_id WHERE role_id = roles.id AND user_id = {userId} AND coalesce(is_active, true))
            FOR NO KEY UPDATE OF roles
            """).ToListAsync(cancellationToken);

        // A statement of its own: one that waited for the lock would still see those as active who were disabled meanwhile.
        return isOneOfThem is [var role] && !await db.UserRoles.AnyAsync(
            other => other.RoleId == role && other.UserId != userId && db.Users.Any(user => user.Id == other.UserId && user.IsActive != false),
            cancellationToken);
    }
}
