namespace Cortex.IdentityServer.Migrations;

/// <summary>The SQL of what bounds guessing: counts that nothing forgets, and the dearest hashes, whose time a wrong password takes.</summary>
internal static class GuessingCounts
{
    /// <remarks>
    /// The expressions are those of <c>Accounts/Hashing/DearestHash</c>, word for word, as PostgreSQL compares them. They fail for no text that a program may
    /// store, and have a collation of their own, as PostgreSQL matches no pattern against a column whose collation is nondeterministic.
    /// </remarks>
    public const string Create = """
        CREATE INDEX ix_users_by_bcrypt_cost ON users (
            (CASE WHEN length(password_hash) IN (60, 74, 75, 82, 83) THEN substring(password_hash COLLATE "C" from
                E'^\\$(?:2[aby]\\$|bcrypt-sha256\\$(?:v=2,t=2b,r=|2[ab],))0?(1?[0-9])\\$[./A-Za-z0-9]+\\$?[./A-Za-z0-9]+$')::integer END));
        CREATE INDEX ix_users_by_pbkdf2_iterations ON users ((substring(decode(left(password_hash, 12), 'base64') from 6 for 4)))
            WHERE password_hash COLLATE "C" ~ '^AQAAAA[A-Za-z0-9+/]+=?=?$' AND length(password_hash) >= 60;

        -- Whoever is beyond the limit already is told at the next failure.
        UPDATE login_attempts SET in_a_row = least(failures, 99) WHERE network = '' AND failures > 0;
        UPDATE two_factor_states SET in_a_row = least(failures, 99) WHERE failures > 0;
        """;

    public const string Drop = """
        DROP INDEX ix_users_by_bcrypt_cost, ix_users_by_pbkdf2_iterations;
        """;
}
