using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Cortex.IdentityServer.Features.Admin.Users;

/// <summary>
/// Checks that a staff member is still authorized for a request: the role, session or account may have been revoked while the request waited or its body was
/// being received.
/// </summary>
internal sealed class StaffAuthorizer(CortexDbContext db)
{
    private const string Sql = $"""
        SELECT {UserSql.IsActive} AS "IsActive",
            EXISTS (SELECT FROM sessions WHERE id = @session AND user_id = users.id AND ended_at IS NULL) AS "HasSession", {UserSql.Roles} AS "Roles"
        FROM users WHERE id = @user AND {UserSql.Exists}
        """;

    /// <summary>
    /// Locks the staff member's account in the caller's transaction, so that the result holds for the account and its roles until the transaction ends.
    /// </summary>
    /// <remarks>This takes two statements, because a statement that waits for a lock still sees the roles and sessions of its older snapshot.</remarks>
    public async Task<StaffAuthorization> LockAndAuthorizeAsync(StaffMember staff, string role, CancellationToken cancellationToken)
    {
        await db.LockAccountAgainstChangesAsync(staff.Id, cancellationToken);
        return await AuthorizeAsync(staff, role, cancellationToken);
    }

    /// <summary>Checks the current state, for callers that only read or that already hold the lock.</summary>
    /// <param name="staff">The staff member.</param>
    /// <param name="role">The required role: <see cref="Role.Admin"/>, or <see cref="Role.Support"/>, which administrators satisfy too.</param>
    /// <param name="cancellationToken">The request's cancellation token.</param>
    public async Task<StaffAuthorization> AuthorizeAsync(StaffMember staff, string role, CancellationToken cancellationToken)
    {
        var state = (await db.Database.SqlQueryRaw<StaffState>(
            Sql, new NpgsqlParameter<Guid>("user", staff.Id), new NpgsqlParameter<Guid>("session", staff.SessionId)).ToListAsync(cancellationToken))
            .SingleOrDefault();
        return state switch
        {
            { IsActive: false } => new([], Problems.AccountDisabled with { Status = StatusCodes.Status401Unauthorized }),
            not { HasSession: true } => new([], Problems.SessionRevoked),
            { Roles: var roles } when roles.Contains(Role.Admin) || roles.Contains(role) => new(roles, null),
            _ => new([], Problems.Forbidden with { Detail = "You no longer have the required role." }),
        };
    }

    private sealed record StaffState(bool IsActive, bool HasSession, string[] Roles);
}
