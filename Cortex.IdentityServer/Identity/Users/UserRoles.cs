using Cortex.IdentityServer.Foundation.Data;
using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.Identity.Users;

/// <summary>Reads the roles of a user.</summary>
internal sealed class UserRoles(CortexDbContext db)
{
    /// <summary>Returns the names of the user's roles.</summary>
    public async Task<IReadOnlyList<string>> ListAsync(Guid userId, CancellationToken cancellationToken) =>
        await Of(userId).ToListAsync(cancellationToken);

    /// <summary>Returns whether the user has any of these roles.</summary>
    public Task<bool> HasAnyAsync(Guid userId, string[] names, CancellationToken cancellationToken) =>
        Of(userId).AnyAsync(name => names.Contains(name), cancellationToken);

    private IQueryable<string> Of(Guid userId) => db.UserRoles
        .Where(member => member.UserId == userId)
        .Join(db.Roles, member => member.RoleId, role => role.Id, (_, role) => role.Name!);
}
