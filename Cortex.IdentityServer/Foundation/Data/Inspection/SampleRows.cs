namespace Cortex.IdentityServer.Foundation.Data.Inspection;

/// <summary>Sample rows like those that this server writes, for testing check constraints. Each value is an SQL expression.</summary>
internal static class SampleRows
{
    private const string Id = "gen_random_uuid()";
    private const string Bcrypt = "'$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW'";
    private const string LongPassword = "'$bcrypt-sha256$v=2,t=2b,r=12$n79VH.0Q2TMWmt3Oqt9uku$Kq4Noyk3094Y2QlB8NdRT8SvGiI4ft2'";
    private const string Hash = "repeat('0123456789abcdef', 4)";

    public static IEnumerable<Dictionary<string, string>> Of(string table) => table switch
    {
        "users" =>
        [
            User("'ada@example.com'", Bcrypt),
            User(
                "'Ada.Lovelace+2@Sub.Example.org'", LongPassword,
                ("subscription_tier", "'pro'"), ("is_verified", "true"), ("two_factor_enabled", "true"),
                ("two_factor_secret", "'enc:v1:' || repeat('A', 120)")),

            // The account has no password yet, or is disabled.
            User("'ada@example.net'", "'!'", ("subscription_tier", "'enterprise'"), ("is_active", "false")),

            // The account was deleted, and its usage is still being removed.
            User("'deleted:' || gen_random_uuid() || '@deleted.invalid'", "'!'", ("is_active", "false")),
        ],
        "api_keys" =>
        [
            Row(("key_hash", Hash), ("name", "'ci'"), ("is_active", "true")),
            Row(("key_hash", Hash), ("name", "'legacy'"), ("is_active", "false"), ("last_used_at", "now()"), ("prefix", "'ctx_abcdefgh'")),
        ],
        "usage_logs" => [Row(("endpoint", "'/api/v1/auth/me'"), ("tokens_used", "0"), ("cost_usd", "0"), ("status_code", "200"))],
        _ => [Row(("event_type", "'subscription.updated'"), ("polar_event_id", "'evt_' || gen_random_uuid()"), ("data", "'{}'"), ("processed", "false"))],
    };

    private static Dictionary<string, string> User(string email, string passwordHash, params (string Name, string Value)[] others) => With(
        new()
        {
            ["id"] = Id,
            ["email"] = email,
            ["password_hash"] = passwordHash,
            ["api_key"] = "NULL",
            ["subscription_tier"] = "'free'",
            ["is_active"] = "true",
            ["is_verified"] = "false",
            ["two_factor_enabled"] = "false",
            ["two_factor_secret"] = "NULL",
            ["created_at"] = "now()",
            ["updated_at"] = "now()",
        },
        others);

    /// <summary>A row that belongs to a user.</summary>
    private static Dictionary<string, string> Row(params (string Name, string Value)[] others) =>
        With(new() { ["id"] = Id, ["user_id"] = Id, ["created_at"] = "now()" }, others);

    private static Dictionary<string, string> With(Dictionary<string, string> row, (string Name, string Value)[] others)
    {
        foreach (var (name, value) in others)
        {
            row[name] = value;
        }

        return row;
    }
}
