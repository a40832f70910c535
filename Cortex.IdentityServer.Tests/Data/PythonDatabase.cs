using Cortex.IdentityServer.Tests.Infrastructure;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Data;

/// <summary>A database as the Python server left it: the documented tables with users, keys, usage, and billing events.</summary>
internal static class PythonDatabase
{
    public const string Password = "correct horse";

    /// <summary>A key in the Python server's format, whose hash is in <c>api_keys</c>.</summary>
    public const string HashedKey = "cm_live_9f2c4e7a1b3d5f60718293a4b5c6d7e8";

    /// <summary>A key that <c>users.api_key</c> contains in plain text.</summary>
    public const string PlainKey = "cortex-0b8e6f1c-7d7c-4c6e-9c61-2f4f2b9d5f10";

    /// <summary>The documented tables, verbatim.</summary>
    public const string Documented = """
        CREATE TABLE users (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), email varchar(255) UNIQUE NOT NULL, password_hash varchar(255) NOT NULL,
            api_key varchar(255) UNIQUE, subscription_tier varchar(50) DEFAULT 'free', is_active boolean DEFAULT true,
            is_verified boolean DEFAULT false, two_factor_enabled boolean DEFAULT false, two_factor_secret varchar(255),
            created_at timestamptz DEFAULT now(), updated_at timestamptz DEFAULT now());
        CREATE TABLE api_keys (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
            key_hash varchar(255) UNIQUE NOT NULL, name varchar(255), is_active boolean DEFAULT true,
            created_at timestamptz DEFAULT now(), last_used_at timestamptz);
        CREATE TABLE usage_logs (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
            api_key_id uuid REFERENCES api_keys ON DELETE SET NULL, endpoint varchar(255) NOT NULL, tokens_used integer DEFAULT 0,
            cost_usd decimal(10,6) DEFAULT 0.0, provider varchar(50), response_time_ms integer, status_code integer,
            error_message text, created_at timestamptz DEFAULT now());
        CREATE TABLE billing_events (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
            event_type varchar(100) NOT NULL, polar_event_id varchar(255) UNIQUE NOT NULL, data text,
            processed boolean DEFAULT false, created_at timestamptz DEFAULT now());
        """;

    /// <summary>The same tables as an ORM creates them that fills in defaults itself and implements uniqueness as indexes, under its own names.</summary>
    public const string MadeByOrm = """
        CREATE TABLE users (id uuid NOT NULL, email varchar(255) NOT NULL, password_hash varchar(255) NOT NULL, api_key varchar(255),
            subscription_tier varchar(50), is_active boolean, is_verified boolean, two_factor_enabled boolean, two_factor_secret varchar(255),
            created_at timestamptz, updated_at timestamptz, CONSTRAINT pk_users PRIMARY KEY (id));
        CREATE UNIQUE INDEX ix_users_email ON users (email);
        CREATE UNIQUE INDEX ix_users_api_key ON users (api_key);
        CREATE TABLE api_keys (id uuid NOT NULL PRIMARY KEY, user_id uuid NOT NULL, key_hash varchar(255) NOT NULL, name varchar(255),
            is_active boolean, created_at timestamptz, last_used_at timestamptz, FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE);
        CREATE UNIQUE INDEX ix_api_keys_key_hash ON api_keys (key_hash);
        CREATE TABLE usage_logs (id uuid NOT NULL PRIMARY KEY, user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
            api_key_id uuid REFERENCES api_keys (id) ON DELETE SET NULL, endpoint varchar(255) NOT NULL, tokens_used integer,
            cost_usd numeric(10,6), provider varchar(50), response_time_ms integer, status_code integer, error_message text, created_at timestamptz);
        CREATE TABLE billing_events (id uuid NOT NULL PRIMARY KEY, user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
            event_type varchar(100) NOT NULL, polar_event_id varchar(255) NOT NULL, data text, processed boolean, created_at timestamptz);
        CREATE UNIQUE INDEX ix_billing_events_polar_event_id ON billing_events (polar_event_id);
        """;

    /// <summary>Rows in all four tables. They rely on no default, so they fit both variants.</summary>
    public const string Rows = $"""
        INSERT INTO users (id, email, password_hash, api_key, subscription_tier, is_active, is_verified, two_factor_enabled, two_factor_secret, created_at,
            updated_at) VALUES
            ('00000000-0000-4000-8000-000000000001', 'a2@example.com', '{PythonHashes.Bcrypt2a}', NULL, 'free', true, false, false, NULL,
                '2024-01-02 03:04:05.678901+00', '2024-02-03 04:05:06.789012+00'),
            ('00000000-0000-4000-8000-000000000002', 'B2@Example.com', '{PythonHashes.Bcrypt2b}', NULL, 'pro', true, true, false, NULL,
                '2024-01-02 03:04:05+00', '2024-02-03 04:05:06+00'),
            ('00000000-0000-4000-8000-000000000003', 'y2@example.com', '{PythonHashes.Bcrypt2y}', NULL, 'enterprise', true, true, false, NULL,
                '2024-01-02 03:04:05+00', '2024-02-03 04:05:06+00'),
            ('00000000-0000-4000-8000-000000000004', 'cost12@example.com', '{PythonHashes.BcryptCost12}', NULL, 'free', true, true, false, NULL,
                '2024-01-02 03:04:05+00', '2024-02-03 04:05:06+00'),
            ('00000000-0000-4000-8000-000000000005', 'sha256@example.com', '{PythonHashes.Sha256V2}', NULL, 'free', true, true, false, NULL,
                '2024-01-02 03:04:05+00', '2024-02-03 04:05:06+00'),
            ('00000000-0000-4000-8000-000000000006', 'sha256-1@example.com', '{PythonHashes.Sha256V1}', NULL, 'free', true, true, false, NULL,
                '2024-01-02 03:04:05+00', '2024-02-03 04:05:06+00'),
            ('00000000-0000-4000-8000-000000000007', 'totp@example.com', '{PythonHashes.Bcrypt2b}', NULL, 'free', true, true, true,
                '{PythonHashes.PyotpSecret}', '2024-01-02 03:04:05+00', '2024-02-03 04:05:06+00'),
            ('00000000-0000-4000-8000-000000000008', 'plainkey@example.com', '{PythonHashes.Bcrypt2b}', '{PlainKey}', 'pro', true, true, false, NULL,
                '2024-01-02 03:04:05+00', '2024-02-03 04:05:06+00'),
            ('00000000-0000-4000-8000-000000000009', 'off@example.com', '{PythonHashes.Bcrypt2b}', NULL, 'free', false, true, false, NULL,
                '2024-01-02 03:04:05+00', '2024-02-03 04:05:06+00');
        INSERT INTO api_keys (id, user_id, key_hash, name, is_active, created_at, last_used_at) VALUES
            ('00000000-0000-4000-8000-0000000000a1', '00000000-0000-4000-8000-000000000002', encode(sha256('{HashedKey}'), 'hex'), 'ci', true,
                '2024-01-02 03:04:05+00', NULL),
            ('00000000-0000-4000-8000-0000000000a2', '00000000-0000-4000-8000-000000000002', repeat('0', 64), 'old', false, '2024-01-02 03:04:05+00',
                '2024-01-03 03:04:05+00');
        INSERT INTO usage_logs (id, user_id, api_key_id, endpoint, tokens_used, cost_usd, provider, response_time_ms, status_code, error_message, created_at)
            VALUES
            ('00000000-0000-4000-8000-0000000000b1', '00000000-0000-4000-8000-000000000002', '00000000-0000-4000-8000-0000000000a1', '/v1/memories', 12,
                0.000123, 'openai', 230, 200, NULL, '2024-01-02 03:04:05+00'),
            ('00000000-0000-4000-8000-0000000000b2', '00000000-0000-4000-8000-000000000003', NULL, '/v1/search', NULL, NULL, NULL, NULL, 500, E'broke\n"so"',
                NULL);
        INSERT INTO billing_events (id, user_id, event_type, polar_event_id, data, processed, created_at) VALUES
            ('00000000-0000-4000-8000-0000000000c1', '00000000-0000-4000-8000-000000000002', 'subscription.created', 'evt_1', '{"{"}"tier": "pro"{"}"}', true,
                '2024-01-02 03:04:05+00'),
            ('00000000-0000-4000-8000-0000000000c2', '00000000-0000-4000-8000-000000000003', 'order.paid', 'evt_2', NULL, NULL, NULL);
        """;

    /// <summary>Returns every documented value of every row as text.</summary>
    private const string Dump = """
        SELECT string_agg(line, E'\n' ORDER BY line) FROM (
            SELECT 'users ' || r::text AS line FROM (SELECT id, email, password_hash, api_key, subscription_tier, is_active, is_verified, two_factor_enabled,
                two_factor_secret, created_at, updated_at FROM users) r
            UNION ALL SELECT 'api_keys ' || r::text FROM (SELECT id, user_id, key_hash, name, is_active, created_at, last_used_at FROM api_keys) r
            UNION ALL SELECT 'usage_logs ' || r::text FROM (SELECT id, user_id, api_key_id, endpoint, tokens_used, cost_usd, provider, response_time_ms,
                status_code, error_message, created_at FROM usage_logs) r
            UNION ALL SELECT 'billing_events ' || r::text FROM (SELECT id, user_id, event_type, polar_event_id, data, processed, created_at
                FROM billing_events) r) lines
        """;

    public static Task<string> DumpAsync(string connectionString) => SqlAsync<string>(connectionString, Dump);

    /// <summary>Creates an empty database and runs these statements in it.</summary>
    public static async Task<string> CreateAsync(PostgresCluster cluster, params string[] statements)
    {
        var connectionString = await cluster.CreateDatabaseAsync(migrated: false);
        foreach (var sql in statements)
        {
            await SqlAsync<object>(connectionString, sql);
        }

        return connectionString;
    }

    public static async Task<T> SqlAsync<T>(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 180 };
        return (T)(await command.ExecuteScalarAsync())!;
    }
}
