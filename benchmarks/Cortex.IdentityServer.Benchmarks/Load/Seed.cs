using System.Globalization;
using Cortex.IdentityServer.Foundation.Secrets;
using Cortex.IdentityServer.Identity.ApiKeys;
using Cortex.IdentityServer.Identity.Passwords.Hashing;
using Cortex.IdentityServer.Identity.Sessions;
using Npgsql;
using NpgsqlTypes;

namespace Cortex.IdentityServer.Benchmarks.Load;

/// <summary>
/// Fills a migrated database with users who share one password and have an API key and a session each. For a sample of them, evenly spread, it adds a
/// session and several keys, and writes the credentials to files in a folder: <c>users</c> (emails), <c>keys</c> and <c>tokens</c> (refresh tokens).
/// </summary>
internal static class Seed
{
    public const string Password = "a long benchmark password";

    /// <summary>The last of every fourteen users is disabled and therefore never in the sample.</summary>
    private const int DisabledInterval = 14;

    /// <summary>Each key can be looked up only once before the server has cached it, and a measurement needs thousands.</summary>
    private const int KeysPerUser = 4;

    /// <summary>Users of all kinds in fixed proportions, with increasing creation times.</summary>
    private const string Users = """
        INSERT INTO users(email, password_hash, subscription_tier, is_active, is_verified, created_at)
        SELECT 'user' || number || '@example.com', $1, CASE WHEN number % 100 = 0 THEN 'enterprise' WHEN number % 10 = 0 THEN 'pro' ELSE 'free' END,
            number % $3 <> 0, number % 3 = 0, now() - ($2 - number) * interval '40 seconds'
        FROM generate_series(1, $2) AS number
        """;

    /// <summary>Keys and sessions that are never used, so that tables and indexes have a realistic size.</summary>
    private const string Others = """
        INSERT INTO api_keys(user_id, key_hash, name) SELECT id, encode(sha256(id::text::bytea), 'hex'), 'other' FROM users;
        INSERT INTO sessions(id, user_id, refresh_counter, created_at, authenticated_at, last_used_at, expires_at, idle_expires_at, methods)
            SELECT gen_random_uuid(), id, 0, now(), now(), now(), now() + interval '90 days', now() + interval '30 days', '{pwd}' FROM users;
        """;

    private const string Known = """
        INSERT INTO api_keys(user_id, key_hash, name, prefix)
            SELECT id, key.hash, 'known', key.prefix FROM known JOIN users USING (email), unnest(key_hashes, key_prefixes) AS key(hash, prefix);
        INSERT INTO sessions(id, user_id, refresh_counter, created_at, authenticated_at, last_used_at, expires_at, idle_expires_at, methods)
            SELECT session_id, id, 0, now(), now(), now(), now() + interval '90 days', now() + interval '30 days', '{pwd}' FROM known JOIN users USING (email);
        """;

    public static async Task RunAsync(IConfiguration arguments)
    {
        var (users, folder) = (arguments.Number("users"), arguments.Text("folder"));
        var active = users - (users / DisabledInterval);
        var known = Math.Min(arguments.Number("known"), active);
        var tokenKeys = new SecretKeys(System.Text.Encoding.UTF8.GetBytes(arguments.Text("secret"))).Derive("refresh-token");
        var rows = Enumerable.Range(0, known).Select(index => new KnownRow(
            string.Create(CultureInfo.InvariantCulture, $"user{ActiveUser((long)index * active / known)}@example.com"),
            [.. Enumerable.Range(0, KeysPerUser).Select(_ => ApiKeyText.New())],
            new(Guid.NewGuid(), Counter: 0))).ToList();
        Directory.CreateDirectory(folder);
        await File.WriteAllLinesAsync(Path.Combine(folder, "users"), rows.Select(row => row.Email));
        await File.WriteAllLinesAsync(
            Path.Combine(folder, "keys"), Enumerable.Range(0, KeysPerUser).SelectMany(number => rows.Select(row => row.Keys[number])));
        await File.WriteAllLinesAsync(Path.Combine(folder, "tokens"), rows.Select(row => row.Token.ToText(tokenKeys)));

        // Inserting a million rows takes longer than Npgsql's default command timeout.
        var settings = new NpgsqlConnectionStringBuilder(arguments.Text("database")) { CommandTimeout = 0 };
        await using var database = NpgsqlDataSource.Create(settings.ConnectionString);
        await using var connection = await database.OpenConnectionAsync();
        await RunAsync(connection, Users, PasswordHash.Create(Password, arguments.Number("cost"), new ManagedBcrypt()), users, DisabledInterval);
        await RunAsync(connection, Others);
        await RunAsync(connection, "CREATE TEMP TABLE known(email text, session_id uuid, key_hashes text[], key_prefixes text[])");
        await CopyAsync(connection, rows);
        await RunAsync(connection, Known);
        await RunAsync(connection, "VACUUM ANALYZE");
        await RunAsync(connection, "CHECKPOINT");
    }

    /// <summary>The number of the active user at this zero-based position.</summary>
    private static long ActiveUser(long position) => 1 + position + (position / (DisabledInterval - 1));

    private static async Task CopyAsync(NpgsqlConnection connection, IEnumerable<KnownRow> rows)
    {
        await using var copy = await connection.BeginBinaryImportAsync("COPY known FROM STDIN (FORMAT binary)");
        foreach (var row in rows)
        {
            await copy.StartRowAsync();
            await copy.WriteAsync(row.Email, NpgsqlDbType.Text);
            await copy.WriteAsync(row.Token.SessionId, NpgsqlDbType.Uuid);
            await copy.WriteAsync(Array.ConvertAll(row.Keys, key => ApiKeyText.HashHex(key)), NpgsqlDbType.Array | NpgsqlDbType.Text);
            await copy.WriteAsync(Array.ConvertAll(row.Keys, key => ApiKeyText.Prefix(key)), NpgsqlDbType.Array | NpgsqlDbType.Text);
        }

        await copy.CompleteAsync();
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql, params object[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddRange(Array.ConvertAll(values, value => new NpgsqlParameter { Value = value }));
        await command.ExecuteNonQueryAsync();
    }

    private sealed record KnownRow(string Email, string[] Keys, RefreshToken Token);
}
