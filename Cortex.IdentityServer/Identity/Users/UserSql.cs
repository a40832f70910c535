namespace Cortex.IdentityServer.Identity.Users;

/// <summary>SQL fragments over <c>users</c>, in which a NULL written by another program counts as the column's default.</summary>
internal static class UserSql
{
    public const string Tier = $"coalesce(subscription_tier, '{User.FreeTier}')";

    /// <summary>Whether the account exists. The row of a deleted account remains while its usage is being removed (decision 0025).</summary>
    public const string Exists = "users.deleted_at IS NULL";

    public const string IsActive = $"(coalesce(users.is_active, true) AND {Exists})";

    public const string IsVerified = "coalesce(is_verified, false)";

    public const string HasTwoFactor = "coalesce(two_factor_enabled, false)";

    /// <summary>The role names of a row of <c>users</c>, in alphabetical order.</summary>
    public const string Roles = "ARRAY(SELECT name FROM roles JOIN user_roles ON role_id = roles.id WHERE user_id = users.id ORDER BY name)::text[]";

    /// <summary>Inserts accounts in the order of their emails; existing accounts are left unchanged.</summary>
    /// <param name="rows">The source of the accounts, with one column for each inserted column.</param>
    /// <param name="order">The column that orders rows with the same email.</param>
    public static string Insert(string rows, string order) => $"""
        INSERT INTO users (id, email, password_hash, subscription_tier, is_active, is_verified, created_at)
            SELECT id, email, password_hash, subscription_tier, is_active, is_verified, created_at FROM {rows}
            ORDER BY cortex_fold_email(email) COLLATE "C", {order}
            ON CONFLICT DO NOTHING
        """;

    /// <summary>
    /// Locks the account <c>@user</c> until the transaction ends, like <see cref="AccountLock.LockAccountAsync"/>, for use in a batch of statements.
    /// </summary>
    public const string Lock = "SELECT FROM users WHERE id = @user FOR NO KEY UPDATE";
}
