using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Cortex.IdentityServer.Tests.Data.Owners;
using Cortex.IdentityServer.Tests.Infrastructure;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Data.Inspection;

/// <remarks>Realistic databases: 20,000 users with 500,000 rows of usage, each deviating from the documentation in some way.</remarks>
public sealed class LargeOldDatabaseTests(PostgresCluster cluster)
{
    /// <summary>
    /// Tables as SQLAlchemy creates them: times without a zone, no database defaults, no ON DELETE; an account, a key and 25 requests for each user.
    /// </summary>
    private const string Tables = """
        CREATE TABLE users (id uuid PRIMARY KEY, email varchar(255) NOT NULL UNIQUE, password_hash varchar(255) NOT NULL, api_key varchar(255) UNIQUE,
            subscription_tier varchar(50),
            is_active boolean, is_verified boolean, two_factor_enabled boolean, two_factor_secret varchar(255), created_at timestamp, updated_at timestamp);
        CREATE TABLE api_keys (id uuid PRIMARY KEY, user_id uuid NOT NULL REFERENCES users (id), key_hash varchar(255) NOT NULL UNIQUE, name varchar(255),
            is_active boolean,
            created_at timestamp, last_used_at timestamp);
        CREATE TABLE usage_logs (id uuid PRIMARY KEY, user_id uuid NOT NULL REFERENCES users (id), api_key_id uuid REFERENCES api_keys (id),
            endpoint varchar(255) NOT NULL,
            tokens_used integer, cost_usd numeric(10,6), provider varchar(50), response_time_ms integer, status_code integer, error_message text,
                created_at timestamp);
        CREATE TABLE billing_events (id uuid PRIMARY KEY, user_id uuid NOT NULL REFERENCES users (id), event_type varchar(100) NOT NULL,
            polar_event_id varchar(255) NOT NULL UNIQUE,
            data text, processed boolean, created_at timestamp);

        INSERT INTO users SELECT md5('u' || n)::uuid, 'user' || n || '@example.com', '$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW', NULL,
            'free', true, true, false, NULL,
            timestamp '2024-01-01' + n * interval '1 minute', timestamp '2024-06-01' FROM generate_series(1, 20000) AS n;
        INSERT INTO api_keys SELECT md5('k' || n)::uuid, md5('u' || n)::uuid, upper(encode(sha256(n::text::bytea), 'hex')), 'k', true, timestamp '2024-01-01',
            NULL FROM generate_series(1, 20000) AS n;
        INSERT INTO usage_logs SELECT md5('l' || n)::uuid, md5('u' || n % 20000 + 1)::uuid, md5('k' || n % 20000 + 1)::uuid, '/v1/memories', 10, 0.001,
            'openai', 20, 200, NULL,
            timestamp '2024-01-01' + n * interval '1 minute' FROM generate_series(1, 500000) AS n;
        INSERT INTO billing_events SELECT md5('b' || n)::uuid, md5('u' || n)::uuid, 'order.paid', 'evt_' || n, '{}', true, timestamp '2024-01-01'
            FROM generate_series(1, 1000) AS n;
        """;

    private const string Twins = """
        INSERT INTO users (id, email, password_hash) VALUES
            ('00000000-0000-4000-8000-0000000000e1', 'USER1@example.com', 'x'), ('00000000-0000-4000-8000-0000000000e2', ' user2@example.com ', 'x'),
            ('00000000-0000-4000-8000-0000000000e3', E'jos\u00E9@example.com', 'x'), ('00000000-0000-4000-8000-0000000000e4', E'jose\u0301@example.com', 'x');
        """;

    [Fact]
    public async Task Each_database_is_adopted_within_seconds_or_refused_and_unchanged()
    {
        var original = await OwnedDatabase.CreateAsync(cluster);
        await PythonDatabase.SqlAsync<object>(original.Owner, Tables);

        // This one has times without a zone, foreign keys that prevent deletions, and upper-case hashes, in its own schema with a view over users.
        var moved = await CopyAsync(
            original, "moved", "ALTER SCHEMA public RENAME TO cortex; CREATE VIEW cortex.people AS SELECT id, email, subscription_tier FROM cortex.users");
        await ShouldBeAdoptedAsync(moved + ";Search Path=cortex");
        Assert.Equal(20_000L, await PythonDatabase.SqlAsync<long>(moved, "SELECT count(*) FROM cortex.people"));
        Assert.True(await PythonDatabase.SqlAsync<bool>(moved, "SELECT bool_and(created_at = '2024-01-01 00:00+00') FROM cortex.api_keys"));

        // This one has emails that differ by case, whitespace, and Unicode normalization, and a view over a column that has to change.
        var twins = await CopyAsync(
            original, "twins", Twins + "CREATE VIEW sign_ups AS SELECT date_trunc('day', created_at) AS day, count(*) FROM users GROUP BY 1");
        var said = await ShouldBeRefusedAsync(original, twins);
        Assert.Contains(said, line => line.Contains("the view sign_ups", StringComparison.Ordinal));
        foreach (var id in new[] { "e1", "e2", "e3", "e4" })
        {
            Assert.Contains(said, line => line.Contains("00000000-0000-4000-8000-0000000000" + id, StringComparison.Ordinal));
        }

        await PythonDatabase.SqlAsync<object>(
            twins, "DROP VIEW sign_ups; DELETE FROM users WHERE id::text LIKE '00000000-0000-4000-8000-0000000000e%' AND id::text NOT LIKE '%e3'");
        await ShouldBeAdoptedAsync(twins);

        // This one has rows that are hidden from the role, and a foreign table with the name of one of the server's.
        var hidden = await CopyAsync(
            original, "hidden",
            "ALTER TABLE users ENABLE ROW LEVEL SECURITY; ALTER TABLE users FORCE ROW LEVEL SECURITY; CREATE POLICY mine ON users USING (email = "
                + "current_user)");
        var superuser = AsSuperuser(original, hidden);
        await PythonDatabase.SqlAsync<object>(
            superuser, "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w; CREATE FOREIGN TABLE sessions (id int) SERVER s");
        said = await ShouldBeRefusedAsync(original, hidden);
        Assert.Contains(said, line => line.Contains("Row-level security hides rows of the table users", StringComparison.Ordinal));
        Assert.Contains(said, line => line.Contains("The foreign table public.sessions", StringComparison.Ordinal));
        await PythonDatabase.SqlAsync<object>(
            superuser, "DROP FOREIGN TABLE sessions; ALTER TABLE users DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY");
        await ShouldBeAdoptedAsync(hidden);
    }

    private static async Task ShouldBeAdoptedAsync(string database)
    {
        var started = Stopwatch.GetTimestamp();
        await PostgresCluster.MigrateAsync(database);
        var took = Stopwatch.GetElapsedTime(started);

        // It takes ten seconds on an idle machine, which this one may not be.
        TestContext.Current.TestOutputHelper?.WriteLine($"taken over in {took.TotalSeconds:0.0} s");
        Assert.InRange(took.TotalSeconds, 0, 120);
        Assert.Equal(500_000L, await PythonDatabase.SqlAsync<long>(database, "SELECT count(*) FROM usage_logs"));
        Assert.Equal("timestamp with time zone timestamp with time zone", await PythonDatabase.SqlAsync<string>(
            database,
            "SELECT string_agg(format_type(atttypid, atttypmod), ' ') FROM pg_attribute WHERE attname = 'created_at' AND attrelid IN ('users'::regclass, "
                + "'usage_logs'::regclass)"));
        Assert.Equal("c c c n", await PythonDatabase.SqlAsync<string>(
            database,
            "SELECT string_agg(confdeltype::text, ' ' ORDER BY confdeltype) FROM pg_constraint WHERE contype = 'f' AND conrelid::regclass::text IN "
                + "('api_keys', 'usage_logs', 'billing_events')"));
    }

    private static async Task<string[]> ShouldBeRefusedAsync(OwnedDatabase original, string database)
    {
        // A role that doesn't see all rows can't dump them.
        var before = await DumpAsync(AsSuperuser(original, database));
        var lines = await OldDatabase.RefusedAsync(database);
        Assert.Equal(before, await DumpAsync(AsSuperuser(original, database)));
        return lines;
    }

    private static string AsSuperuser(OwnedDatabase original, string database) =>
        new NpgsqlConnectionStringBuilder(original.Superuser) { Database = OwnedDatabase.NameOf(database) }.ConnectionString;

    /// <summary>Creates a copy with the same owner.</summary>
    private static async Task<string> CopyAsync(OwnedDatabase original, string name, string sql)
    {
        var (from, role) = (OwnedDatabase.NameOf(original.Owner), OwnedDatabase.RoleOf(original.Owner));
        NpgsqlConnection.ClearAllPools();
        await PythonDatabase.SqlAsync<object>(
            new NpgsqlConnectionStringBuilder(original.Superuser) { Database = "postgres", Pooling = false }.ConnectionString,
            $"CREATE DATABASE {from}_{name} TEMPLATE {from} OWNER {role}");
        var copy = new NpgsqlConnectionStringBuilder(original.Owner) { Database = $"{from}_{name}" }.ConnectionString;
        await PythonDatabase.SqlAsync<object>(copy, sql);
        return copy;
    }

    /// <summary>Returns a hash of the complete output of pg_dump.</summary>
    private static async Task<string> DumpAsync(string database)
    {
        var connection = new NpgsqlConnectionStringBuilder(database);
        using var dump = Process.Start(new ProcessStartInfo(
            await PostgresProgram.FindAsync("pg_dump"),
            ["-w", "-h", connection.Host!, "-p", $"{connection.Port}", "-U", connection.Username!, connection.Database!])
        {
            RedirectStandardOutput = true,
            Environment = { ["PGPASSFILE"] = connection.Passfile, ["PGPASSWORD"] = connection.Password },
        })!;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        while (await dump.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            // These lines contain a token that differs in every dump.
            if (!line.StartsWith(@"\restrict", StringComparison.Ordinal) && !line.StartsWith(@"\unrestrict", StringComparison.Ordinal))
            {
                hash.AppendData(Encoding.UTF8.GetBytes(line + "\n"));
            }
        }

        await dump.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, dump.ExitCode);
        return Convert.ToHexString(hash.GetHashAndReset());
    }
}
