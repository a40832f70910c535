using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Cortex.IdentityServer.Features.Admin.Users;

/// <summary>
/// Whether a member of the staff still may what their request was let in for: it may have been taken away while the request waited, or while its body was on
/// the way.
/// </summary>
internal sealed class StaffRights(CortexDbContext db)
{
    private const string Sql = $"""
        SELECT {UserSql.IsActive} AS "IsActive",
            EXISTS (SELECT FROM sessions WHERE id = @session AND user_id = users.id AND ended_at IS NULL) AS "HasSession", {UserSql.Roles} AS "Roles"
        FROM users WHERE id = @user
        """;

    /// <summary>In the caller's transaction: what is answered stays true of the account and its roles until it ends.</summary>
    /// <remarks>Two statements, as one that waited for a lock sees the roles and sessions from before it waited.</remarks>
    public async Task<StaffRight> LockAndCheckAsync(StaffMember staff, string role, CancellationToken cancellationToken)
    {
        await db.LockAccountAgainstChangesAsync(staff.Id, cancellationToken);
        return await CheckAsync(staff, role, cancellationToken);
    }

    /// <summary>As it is now; for who reads, or holds the account already.</summary>
    /// <param name="staff">Who asks.</param>
    /// <param name="role">What it takes: <see cref="Role.Admin"/>, or <see cref="Role.Support"/>, which administrators may do too.</param>
    /// <param name="cancellationToken">The request's.</param>
    public async Task<StaffRight> CheckAsync(StaffMember staff, string role, CancellationToken cancellationToken)
    {
        var standing = (await db.Database.SqlQueryRaw<Standing>(
            Sql, new NpgsqlParameter<Guid>("user", staff.Id), new NpgsqlParameter<Guid>("session", staff.SessionId)).ToListAsync(cancellationToken))
            .SingleOrDefault();
        return standing switch
        {
            { IsActive: false } => new([], Problems.AccountDisabled with { Status = StatusCodes.Status401Unauthorized }),
            not { HasSession: true } => new([], Problems.SessionRevoked),
            { Roles: var roles } when roles.Contains(Role.Admin) || roles.Contains(role) => new(roles, null),
            _ => new([], Problems.Forbidden with { Detail = "You no longer have the role that this needs." }),
        };
    }

    private sealed record Standing(bool IsActive, bool HasSession, string[] Roles);
}
