namespace Cortex.IdentityServer.Identity.Users;

/// <summary>What statements read of <c>users</c>, where a NULL of another program counts as the column's default.</summary>
internal static class UserSql
{
    public const string Tier = $"coalesce(subscription_tier, '{User.FreeTier}')";

    public const string IsActive = "coalesce(users.is_active, true)";

    public const string IsVerified = "coalesce(is_verified, false)";

    public const string HasTwoFactor = "coalesce(two_factor_enabled, false)";

    /// <summary>The names of the roles of a row of <c>users</c>, in alphabetical order.</summary>
    public const string Roles = "ARRAY(SELECT name FROM roles JOIN user_roles ON role_id = roles.id WHERE user_id = users.id ORDER BY name)::text[]";

    /// <summary>Inserts accounts, in the order of their emails; accounts that exist already are left alone.</summary>
    /// <param name="rows">What the accounts are read from, with a column for each of theirs.</param>
    /// <param name="order">The column that says which of two rows with the same email comes first.</param>
    public static string Insert(string rows, string order) => $"""
        INSERT INTO users (id, email, password_hash, subscription_tier, is_active, is_verified, created_at)
            SELECT id, email, password_hash, subscription_tier, is_active, is_verified, created_at FROM {rows}
            ORDER BY cortex_fold_email(email) COLLATE "C", {order}
            ON CONFLICT DO NOTHING
        """;

    /// <summary>
    /// Locks the account <c>@user</c> until the transaction ends, as <see cref="AccountLock.LockAccountAsync"/> does, for statements that are sent as a batch.
    /// </summary>
    public const string Lock = "SELECT FROM users WHERE id = @user FOR NO KEY UPDATE";
}
