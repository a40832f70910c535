namespace Cortex.IdentityServer.Identity.Users;

/// <summary>
/// Builds the SQL that finds an account by the email as the user entered it. <c>Migrations/EmailFolding</c> defines which emails are the same address.
/// </summary>
internal static class AccountByEmail
{
    /// <summary>The expression by which the database compares emails. It must match the index expressions exactly.</summary>
    public const string Folded = """(cortex_fold_email(email::text) COLLATE "C")""";

    /// <summary>
    /// The key under which an account's failed logins are counted: its address, regardless of spelling. A row that shares its address with an older row has its
    /// own count, because a successful login resets the count and the owner of the other account could log in at any time.
    /// </summary>
    public const string LoginCount = $"""({Folded} || CASE WHEN email_twin > 0 THEN chr(10) || id ELSE '' END)""";

    /// <summary>Reads the key under which the failed logins of the account <c>@id</c> are counted.</summary>
    public const string SelectLoginCount = $"SELECT {LoginCount} FROM users WHERE id = @id";

    /// <summary>
    /// Selects at most one account. If rows written by another program share an address, the row with exactly this spelling wins, then the row whose domain is
    /// written the same way.
    /// </summary>
    /// <param name="columns">The columns of <c>users</c> to select.</param>
    /// <param name="typed">The SQL parameter that holds the email.</param>
    public static string Select(string columns, string typed) => $"""
        SELECT {columns} FROM users WHERE {Folded} = cortex_fold_email({typed}) AND {UserSql.Exists}
        ORDER BY email = {typed} DESC, (email COLLATE "C" ILIKE '%@%xn--%') = ({typed} ILIKE '%@%xn--%') DESC, email_twin LIMIT 1
        """;
}
