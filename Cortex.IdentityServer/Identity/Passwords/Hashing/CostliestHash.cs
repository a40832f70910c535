namespace Cortex.IdentityServer.Identity.Passwords.Hashing;

/// <summary>
/// The costliest hashes of any account. Every wrong password takes as long as these, so that the response time doesn't distinguish an account that was
/// imported with a costly hash from an unknown email.
/// </summary>
/// <param name="BcryptCost">The highest cost of a bcrypt hash; null if there is none.</param>
/// <param name="Pbkdf2">The PBKDF2 hash with the most iterations; null if there is none.</param>
internal readonly record struct CostliestHash(int? BcryptCost, string? Pbkdf2)
{
    /// <summary>
    /// The maximum cost that wrong passwords are padded to, about a second, unless <c>BCRYPT_COST</c> is higher. Otherwise a single account with a hash of
    /// cost 16 would make every wrong password take four seconds.
    /// </summary>
    public const int MaxPaddedCost = 14;

    /// <summary>
    /// Selects the columns <c>"BcryptCost"</c> and <c>"Pbkdf2"</c>. Each is read from the end of an index (<c>ix_users_by_bcrypt_cost</c>,
    /// <c>ix_users_by_pbkdf2_iterations</c>).
    /// </summary>
    public const string Columns = $"""
        (SELECT max({CostOfHash}) FROM users WHERE {CostOfHash} <= 16) AS "BcryptCost",
        (SELECT password_hash FROM users WHERE {IsPbkdf2} AND {IterationsOfHash} <= decode('000f4240', 'hex')
            ORDER BY {IterationsOfHash} DESC LIMIT 1) AS "Pbkdf2"
        """;

    /// <summary>
    /// Must match the index's expression exactly. It is NULL for hashes other than bcrypt's, and has no braces, which EF Core would take for parameters.
    /// </summary>
    public const string CostOfHash =
        @"(CASE WHEN length(password_hash) IN (60, 74, 75, 82, 83) THEN substring(password_hash COLLATE ""C"" from "
        + @"E'^\\$(?:2[aby]\\$|bcrypt-sha256\\$(?:v=2,t=2b,r=|2[ab],))0?(1?[0-9])\\$[./A-Za-z0-9]+\\$?[./A-Za-z0-9]+$')::integer END)";

    /// <summary>Must match the index's expression exactly. Matches version 3 of ASP.NET Core Identity's hashes.</summary>
    public const string IsPbkdf2 = "password_hash COLLATE \"C\" ~ '^AQAAAA[A-Za-z0-9+/]+=?=?$' AND length(password_hash) >= 60";

    /// <summary>Must match the index's expression exactly. Returns the iterations as four big-endian bytes.</summary>
    public const string IterationsOfHash = "(substring(decode(left(password_hash, 12), 'base64') from 6 for 4))";

    /// <summary>The bcrypt rounds that a wrong password takes at this configured cost.</summary>
    public long RoundsAt(int cost, BcryptEngine bcrypt)
    {
        var rounds = (double)(1L << Math.Max(cost, BcryptCost ?? 0));
        if (Pbkdf2Hash.Parse(Pbkdf2) is { } hash)
        {
            rounds = Math.Max(rounds, bcrypt.Pbkdf2.RoundsOf(hash));
        }

        return (long)Math.Min(rounds, 1L << Math.Max(cost, MaxPaddedCost));
    }
}
