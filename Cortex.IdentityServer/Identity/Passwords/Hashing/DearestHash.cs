namespace Cortex.IdentityServer.Identity.Passwords.Hashing;

/// <summary>
/// The dearest hashes among all accounts. A wrong password costs everybody as much as these, so that its time doesn't tell an account that was imported with a
/// dear hash from an email that nobody has.
/// </summary>
/// <param name="BcryptCost">Of bcrypt; null where no account has one.</param>
/// <param name="Pbkdf2">The hash of PBKDF2 with the most iterations; null where no account has one.</param>
internal readonly record struct DearestHash(int? BcryptCost, string? Pbkdf2)
{
    /// <summary>
    /// The cost that is waited for at most, where <c>BCRYPT_COST</c> isn't above it: about a second. Otherwise one account with a hash of cost 16 would make
    /// each wrong password cost four.
    /// </summary>
    public const int MostWaitedFor = 14;

    /// <summary>
    /// The columns <c>"BcryptCost"</c> and <c>"Pbkdf2"</c> of it. Each is the end of an index (<c>ix_users_by_bcrypt_cost</c>,
    /// <c>ix_users_by_pbkdf2_iterations</c>).
    /// </summary>
    public const string Columns = $"""
        (SELECT max({CostOfHash}) FROM users WHERE {CostOfHash} <= 16) AS "BcryptCost",
        (SELECT password_hash FROM users WHERE {IsPbkdf2} AND {IterationsOfHash} <= decode('000f4240', 'hex')
            ORDER BY {IterationsOfHash} DESC LIMIT 1) AS "Pbkdf2"
        """;

    /// <summary>As in the index, word for word: NULL for what isn't bcrypt's. Without braces, which EF Core takes for parameters.</summary>
    public const string CostOfHash =
        @"(CASE WHEN length(password_hash) IN (60, 74, 75, 82, 83) THEN substring(password_hash COLLATE ""C"" from "
        + @"E'^\\$(?:2[aby]\\$|bcrypt-sha256\\$(?:v=2,t=2b,r=|2[ab],))0?(1?[0-9])\\$[./A-Za-z0-9]+\\$?[./A-Za-z0-9]+$')::integer END)";

    /// <summary>As in the index, word for word: version 3 of ASP.NET Core Identity's hashes.</summary>
    public const string IsPbkdf2 = "password_hash COLLATE \"C\" ~ '^AQAAAA[A-Za-z0-9+/]+=?=?$' AND length(password_hash) >= 60";

    /// <summary>As in the index, word for word: four bytes, high first.</summary>
    public const string IterationsOfHash = "(substring(decode(left(password_hash, 12), 'base64') from 6 for 4))";

    /// <summary>The rounds of bcrypt that a wrong password takes where this is the configured cost.</summary>
    public long RoundsAt(int cost, BcryptEngine bcrypt)
    {
        var rounds = (double)(1L << Math.Max(cost, BcryptCost ?? 0));
        if (Pbkdf2Hash.Parse(Pbkdf2) is { } hash)
        {
            rounds = Math.Max(rounds, bcrypt.Pbkdf2.RoundsOf(hash));
        }

        return (long)Math.Min(rounds, 1L << Math.Max(cost, MostWaitedFor));
    }
}
