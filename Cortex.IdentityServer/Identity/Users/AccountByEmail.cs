namespace Cortex.IdentityServer.Identity.Users;

/// <summary>The SQL that finds the account of an email as somebody typed it. <c>Migrations/EmailFolding</c> says which emails are one address.</summary>
internal static class AccountByEmail
{
    /// <summary>What the database compares emails by, word for word as in its indexes.</summary>
    public const string Folded = """(cortex_fold_email(email::text) COLLATE "C")""";

    /// <summary>
    /// What the failed logins of an account are counted under: its address, in every spelling. A row that shares the address with an older one has a count of
    /// its own, as a success resets the count, and the owner of the other account can always have one.
    /// </summary>
    public const string LoginCount = $"""({Folded} || CASE WHEN email_twin > 0 THEN chr(10) || id ELSE '' END)""";

    /// <summary>Reads what the failed logins of the account <c>@id</c> are counted under.</summary>
    public const string SelectLoginCount = $"SELECT {LoginCount} FROM users WHERE id = @id";

    /// <summary>
    /// One account at most. Where rows of another program share an address, it is the one with this very spelling, then the one whose domain is written in the
    /// same way.
    /// </summary>
    /// <param name="columns">Of <c>users</c>.</param>
    /// <param name="typed">The parameter that holds the email.</param>
    public static string Select(string columns, string typed) => $"""
        SELECT {columns} FROM users WHERE {Folded} = cortex_fold_email({typed})
        ORDER BY email = {typed} DESC, (email COLLATE "C" ILIKE '%@%xn--%') = ({typed} ILIKE '%@%xn--%') DESC, email_twin LIMIT 1
        """;
}
