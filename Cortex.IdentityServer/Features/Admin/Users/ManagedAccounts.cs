using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Cortex.IdentityServer.Features.Admin.Users;

/// <summary>Reads accounts for the staff.</summary>
internal sealed class ManagedAccounts(CortexDbContext db)
{
    private const string Sql = $"""
        SELECT id AS "Id", email AS "Email", {AccountByEmail.LoginCount} AS "LoginCount", {UserSql.Tier} AS "SubscriptionTier",
            {UserSql.IsActive} AS "IsActive", {UserSql.IsVerified} AS "IsVerified", {UserSql.HasTwoFactor} AS "TwoFactorEnabled",
            created_at AS "CreatedAt", updated_at AS "UpdatedAt", {UserSql.Roles} AS "Roles", xmin::text AS "RowVersion",
            coalesce(password_hash, '{User.NoPassword}') <> '{User.NoPassword}' AS "HasPassword"
        FROM users WHERE id = @id AND {UserSql.Exists}
        """;

    /// <summary>Returns null if the account doesn't exist.</summary>
    public async Task<ManagedAccount?> FindAsync(Guid id, CancellationToken cancellationToken) =>
        (await db.Database.SqlQueryRaw<ManagedAccount>(Sql, new NpgsqlParameter<Guid>("id", id)).ToListAsync(cancellationToken)).SingleOrDefault();
}
