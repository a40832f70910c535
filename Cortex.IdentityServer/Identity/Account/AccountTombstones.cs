using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Cortex.IdentityServer.Identity.Account;

/// <summary>
/// Turns an account with much usage into a tombstone: a row without personal data that nothing finds, and that remains only until a background job has removed
/// the usage (decision 0025).
/// </summary>
internal sealed class AccountTombstones(CortexDbContext db, TimeProvider clock)
{
    /// <summary>The timeout in seconds. Tables of the database's owner may have many rows that are deleted along with the account.</summary>
    public const int TimeoutSeconds = 60;

    /// <summary>
    /// Keeps the rows, because usage refers to them, but nothing that identifies the owner or a key. A hash of a random value looks like any other to a check
    /// constraint of the database's owner.
    /// </summary>
    private const string BuryKeysSql = """
        UPDATE api_keys SET revoked_at = coalesce(revoked_at, @now), is_active = false, name = 'deleted', prefix = NULL, scopes = DEFAULT,
            monthly_quota = NULL, last_used_at = NULL, key_hash = encode(sha256(convert_to(gen_random_uuid()::text, 'UTF8')), 'hex')
        WHERE user_id = @user
        """;

    /// <summary>
    /// Frees the email. Nobody can register its replacement, because the part before the @ isn't valid, and no email reaches it, because the top-level domain
    /// is reserved (RFC 2606).
    /// </summary>
    private const string BuryAccountSql = $"""
        UPDATE users SET deleted_at = @now, email = 'deleted:' || id || '@deleted.invalid', password_hash = '{User.NoPassword}', api_key = NULL,
            subscription_tier = DEFAULT, is_active = false, is_verified = false, two_factor_enabled = false, two_factor_secret = NULL,
            security_stamp = DEFAULT, quota = NULL
        WHERE id = @user AND {UserSql.Exists}
        """;

    /// <summary>
    /// Turns an account into a tombstone in the caller's transaction, which has locked it with <see cref="AccountLock.LockAccountForDeletionAsync"/>.
    /// Everything that belongs to the account is deleted now, except for its usage.
    /// </summary>
    public async Task<TombstoneResult> TryCreateAsync(Guid userId, CancellationToken cancellationToken)
    {
        var references = await db.Database.SqlQueryRaw<AccountReference>(AccountReference.FindSql).ToListAsync(cancellationToken);
        if (!references.TrueForAll(reference => reference.IsPermitted))
        {
            return TombstoneResult.NotPermitted.Instance;
        }

        foreach (var reference in references.Where(reference => reference.IsRestriction))
        {
            await using var exists = Command(reference.ExistsSql, userId);
            if (await exists.ExecuteScalarAsync(cancellationToken) is true)
            {
                return new TombstoneResult.StillReferenced(reference.Table);
            }
        }

        // What references the usage is deleted along with it.
        var statements = references.Where(reference => !reference.IsRestriction && reference.Target != "usage_logs").Select(reference => reference.ApplySql);
        foreach (var sql in statements.Append(BuryKeysSql).Append(BuryAccountSql))
        {
            await using var command = Command(sql, userId);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        return TombstoneResult.Created.Instance;
    }

    /// <summary>Bypasses EF Core, which would read braces in the name of a table as a parameter.</summary>
    private NpgsqlCommand Command(string sql, Guid userId) => new(sql, (NpgsqlConnection)db.Database.GetDbConnection())
    {
        CommandTimeout = TimeoutSeconds,
        Parameters = { new NpgsqlParameter<Guid>("user", userId), new NpgsqlParameter<DateTimeOffset>("now", clock.GetUtcNow()) },
    };
}
