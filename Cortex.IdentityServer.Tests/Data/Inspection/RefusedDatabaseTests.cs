using Cortex.IdentityServer.Foundation.Data.Inspection;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Data.Inspection;

/// <remarks>A database that the server can't work with is refused before any change, with one line for each reason.</remarks>
public sealed class RefusedDatabaseTests(PostgresCluster cluster)
{
    private const string SomeUser = "INSERT INTO users (id, email, password_hash) VALUES ('00000000-0000-4000-8000-0000000000f1', 'f1@example.com', 'x');";

    /// <summary>Objects that have a name the server needs.</summary>
    public static TheoryData<string, string> TakenNames => new()
    {
        { "CREATE TABLE passkeys (id int)", "The table public.passkeys " },
        { "CREATE TABLE sessions (id int)", "The table public.sessions " },
        { "CREATE TABLE roles (id int)", "The table public.roles " },
        { "CREATE TABLE audit_events (id int)", "The table public.audit_events " },
        { "CREATE TABLE audit_events_2026_11 (id int)", "The table public.audit_events_2026_11 " },
        { "CREATE VIEW outbox_mails AS SELECT 1 AS id", "The view public.outbox_mails " },
        { "CREATE MATERIALIZED VIEW daily_totals AS SELECT 1 AS id", "The materialized view public.daily_totals " },
        { "CREATE SEQUENCE signing_keys", "The sequence public.signing_keys " },
        { "CREATE TYPE user_roles AS ENUM ('admin')", "The type public.user_roles " },
        { "CREATE TYPE login_devices AS (id int)", "The type public.login_devices " },
        { "CREATE DOMAIN login_attempts AS text", "The type public.login_attempts " },
        { "CREATE TABLE mine (id int); CREATE INDEX ix_users_by_email ON mine (id)", "The index public.ix_users_by_email " },
        { "CREATE TABLE mine (id int CONSTRAINT \"PK_passkeys\" PRIMARY KEY)", "The index public.\"PK_passkeys\" " },
        {
            "CREATE FUNCTION cortex_touch_updated_at() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
            "The function public.cortex_touch_updated_at "
        },
        {
            "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w; CREATE FOREIGN TABLE recovery_codes (id int) SERVER s",
            "The foreign table public.recovery_codes "
        },
    };

    /// <summary>Documented tables of the wrong kind.</summary>
    public static TheoryData<string, string> OtherTables => new()
    {
        { "ALTER TABLE users RENAME TO people; CREATE VIEW users AS SELECT * FROM people", "The view users isn't an ordinary table" },
        {
            "DROP TABLE billing_events; CREATE MATERIALIZED VIEW billing_events AS SELECT 1 AS id",
            "The materialized view billing_events isn't an ordinary table"
        },
        {
            "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w; DROP TABLE users CASCADE; CREATE FOREIGN TABLE users (id uuid, email "
                + "text, password_hash text) SERVER s",
            "The foreign table users isn't an ordinary table"
        },
        {
            "DROP TABLE billing_events; CREATE TABLE billing_events (id uuid PRIMARY KEY, user_id uuid NOT NULL, event_type varchar(100) NOT NULL, "
                + "polar_event_id varchar(255) NOT NULL) PARTITION BY HASH (id)",
            "The table billing_events is partitioned"
        },
        { "CREATE TABLE more_users () INHERITS (users)", "The table users is part of an inheritance tree" },
        { "ALTER TABLE billing_events SET UNLOGGED", "ALTER TABLE public.billing_events SET LOGGED" },
        { "CREATE RULE keep AS ON DELETE TO users DO INSTEAD NOTHING", "The rule keep rewrites statements on the table users" },
        { "CREATE PUBLICATION everything FOR TABLE users; ALTER TABLE users REPLICA IDENTITY NOTHING", "ALTER TABLE public.users REPLICA IDENTITY DEFAULT" },
        { "DROP TABLE usage_logs; CREATE TABLE usage_logs (user_id uuid, endpoint text)", "The table usage_logs has no column id" },
        { "DROP TABLE billing_events, usage_logs, api_keys; ALTER TABLE users DROP COLUMN password_hash", "The table users has no column password_hash" },
        { "ALTER TABLE users ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY", null! },
    };

    /// <summary>Columns of the wrong type.</summary>
    public static TheoryData<string, string> OtherColumns => new()
    {
        { "ALTER TABLE api_keys ADD scopes jsonb", "api_keys.scopes has the type jsonb but must be text[]" },
        {
            "CREATE TYPE tier AS ENUM ('free', 'pro'); ALTER TABLE users ALTER subscription_tier DROP DEFAULT, ALTER subscription_tier TYPE tier USING "
                + "subscription_tier::tier",
            "users.subscription_tier has the type tier but must be varchar(50)"
        },
        { "CREATE DOMAIN address AS varchar(255); ALTER TABLE users ALTER email TYPE address", "users.email has the type address but must be varchar(255)" },
        { "ALTER TABLE users ALTER password_hash TYPE bytea USING password_hash::bytea", "users.password_hash has the type bytea but must be varchar(255)" },
        { "ALTER TABLE usage_logs ALTER cost_usd TYPE double precision", "usage_logs.cost_usd has the type double precision but must be numeric(10,6)" },
        { "ALTER TABLE usage_logs ALTER tokens_used TYPE bigint", "usage_logs.tokens_used has the type bigint but must be integer" },
        { "ALTER TABLE usage_logs ALTER id DROP DEFAULT, ALTER id TYPE varchar(36)", "usage_logs.id has the type character varying(36) but must be uuid" },
        {
            "DROP TABLE usage_logs; CREATE TABLE usage_logs (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, user_id uuid NOT NULL REFERENCES users ON "
                + "DELETE CASCADE, endpoint text NOT NULL)",
            "usage_logs.id is an identity or generated column"
        },
        {
            "ALTER TABLE users DROP subscription_tier; ALTER TABLE users ADD subscription_tier varchar(50) GENERATED ALWAYS AS ('free') STORED",
            "users.subscription_tier is an identity or generated column"
        },
        {
            "ALTER TABLE users ALTER is_active DROP DEFAULT, ALTER is_active TYPE integer USING is_active::integer",
            "users.is_active has the type integer but must be boolean"
        },
        { "ALTER TABLE users ALTER created_at DROP DEFAULT, ALTER created_at TYPE date", "users.created_at has the type date but must be timestamptz" },
        { "ALTER TABLE billing_events ALTER data TYPE jsonb USING data::jsonb", "billing_events.data has the type jsonb but must be text" },
        { "ALTER TABLE users ALTER created_at TYPE timestamp; CREATE VIEW report AS SELECT created_at FROM users", "while it is used by the view report" },
        {
            "ALTER TABLE users ALTER created_at TYPE timestamp; CREATE INDEX per_day ON users (date_trunc('day', created_at))",
            "while it is used by the index per_day"
        },
    };

    /// <summary>Wrong keys, and objects that the owner has added.</summary>
    public static TheoryData<string, string> OtherRules => new()
    {
        {
            "ALTER TABLE billing_events DROP CONSTRAINT billing_events_pkey, ADD PRIMARY KEY (polar_event_id)",
            "The table billing_events has PRIMARY KEY (polar_event_id)"
        },
        {
            "CREATE TABLE accounts (id uuid PRIMARY KEY); ALTER TABLE api_keys DROP CONSTRAINT api_keys_user_id_fkey, ADD CONSTRAINT owner FOREIGN KEY "
                + "(user_id) REFERENCES accounts",
            "The foreign key owner of api_keys.user_id references accounts (id)"
        },
        {
            "ALTER TABLE users ADD tenant int NOT NULL DEFAULT 1; ALTER TABLE users ALTER tenant DROP DEFAULT",
            "The column users.tenant is NOT NULL without a default"
        },
        {
            "ALTER TABLE users ADD number bigserial CHECK (number > 0), ADD region text NOT NULL DEFAULT 'x'; ALTER TABLE users ALTER region DROP DEFAULT",
            "The column users.region is NOT NULL"
        },
        { "ALTER TABLE usage_logs ADD region text NOT NULL", "The column usage_logs.region is NOT NULL without a default" },
        { "ALTER TABLE users ADD email_twin integer", "The column users.email_twin already exists" },
        { "ALTER TABLE users ADD CONSTRAINT lower_case CHECK (email = lower(email))", "The constraint lower_case of users rejects rows" },
        { "ALTER TABLE users ADD CONSTRAINT known_tiers CHECK (subscription_tier IN ('free', 'pro'))", "The constraint known_tiers of users rejects rows" },
        { "ALTER TABLE api_keys ADD CONSTRAINT one_key UNIQUE (user_id)", "The unique index one_key of api_keys rejects rows" },
        {
            "ALTER TABLE users ALTER email DROP NOT NULL; INSERT INTO users (id, email, password_hash) VALUES "
                + "('00000000-0000-4000-8000-0000000000f2', NULL, 'x')",
            "users.email must not be NULL but is in the rows with these ids: 00000000-0000-4000-8000-0000000000f2"
        },
        {
            "ALTER TABLE api_keys DROP CONSTRAINT api_keys_key_hash_key; INSERT INTO api_keys (id, user_id, key_hash) SELECT x::uuid, "
                + "'00000000-0000-4000-8000-0000000000f1', 'h' FROM (VALUES ('00000000-0000-4000-8000-0000000000d1'), "
                + "('00000000-0000-4000-8000-0000000000d2')) AS v (x)",
            "00000000-0000-4000-8000-0000000000d1 and 00000000-0000-4000-8000-0000000000d2"
        },
        {
            "ALTER TABLE usage_logs DROP CONSTRAINT usage_logs_user_id_fkey; INSERT INTO usage_logs (id, user_id, endpoint) VALUES "
                + "('00000000-0000-4000-8000-0000000000d3', gen_random_uuid(), '/x')",
            "in the rows with these ids: 00000000-0000-4000-8000-0000000000d3"
        },
        {
            "ALTER TABLE billing_events DROP CONSTRAINT billing_events_pkey; INSERT INTO billing_events (id, user_id, event_type, polar_event_id) SELECT "
                + "'00000000-0000-4000-8000-0000000000d4', '00000000-0000-4000-8000-0000000000f1', 'x', y FROM (VALUES ('a'), ('b')) AS v (y)",
            "00000000-0000-4000-8000-0000000000d4"
        },
        {
            "ALTER TABLE users DROP CONSTRAINT users_api_key_key; CREATE UNIQUE INDEX one_key ON users (api_key) NULLS NOT DISTINCT",
            "The index one_key allows only one row"
        },
    };

    /// <summary>Pairs of emails that are the same address.</summary>
    public static TheoryData<string, string> Twins => new()
    {
        { "'Twin@example.com'", "'twin@Example.com'" },
        { "'twin@example.com'", "' twin@example.com'" },
        { "'twin@example.com'", @"E'twin@example.com\n'" },
        { "'twin@example.com'", @"E'twin@example.com\t'" },
        { "'twin@example.com'", @"E'\u00A0twin@example.com'" },
        { @"E'j\u00F6rg@example.com'", @"E'jo\u0308rg@example.com'" },
        { @"E'J\u00D6RG@example.com'", @"E' jo\u0308rg@example.com '" },
    };

    [Theory]
    [MemberData(nameof(TakenNames))]
    public async Task A_taken_name_is_reported_in_one_line(string sql, string expected)
    {
        foreach (var old in new[] { "SELECT 1", PythonDatabase.Documented })
        {
            var database = await PythonDatabase.CreateAsync(cluster, old, sql);

            Assert.Contains(expected, Assert.Single(await OldDatabase.RefusedAsync(database)), StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(OtherTables))]
    [MemberData(nameof(OtherColumns))]
    [MemberData(nameof(OtherRules))]
    public async Task A_table_that_differs_from_the_documentation_is_refused_with_an_explanation(string sql, string? expected)
    {
        var database = await PythonDatabase.CreateAsync(cluster, PythonDatabase.Documented, SomeUser, sql);
        if (expected is null)
        {
            // Row-level security doesn't apply to a superuser.
            Assert.Empty((await OldDatabase.PlanAsync(database)).Report.Refusals);
            return;
        }

        var lines = await OldDatabase.RefusedAsync(database);

        Assert.Contains(lines, line => line.Contains(expected, StringComparison.Ordinal));
        Assert.All(lines, line => Assert.DoesNotContain("example.com", line, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Twins))]
    public async Task Accounts_that_share_an_email_address_are_reported_by_ID(string one, string other)
    {
        var database = await PythonDatabase.CreateAsync(cluster, PythonDatabase.Documented, PythonDatabase.Rows, $"""
            INSERT INTO users (id, email, password_hash) VALUES ('00000000-0000-4000-8000-0000000000e1', {one}, 'x'), ('00000000-0000-4000-8000-0000000000e2',
                {other}, 'y')
            """);

        var line = Assert.Single(await OldDatabase.RefusedAsync(database));

        Assert.Contains("00000000-0000-4000-8000-0000000000e1 and 00000000-0000-4000-8000-0000000000e2", line, StringComparison.Ordinal);
        Assert.DoesNotContain("example", line, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task All_refusals_are_reported_together_one_per_line()
    {
        var database = await PythonDatabase.CreateAsync(
            cluster, PythonDatabase.Documented,
            "CREATE TABLE passkeys (id int); CREATE TABLE sessions (id int); ALTER TABLE users ALTER password_hash TYPE bytea USING password_hash::bytea");

        var lines = await OldDatabase.RefusedAsync(database);

        Assert.Equal(4, lines.Length);
        Assert.Contains("3 reasons", lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_PostgreSQL_version_that_is_too_old_is_refused()
    {
        Assert.Contains("PostgreSQL 14.13", ServerChecks.VersionRefusal(140013, "14.13"), StringComparison.Ordinal);
        Assert.Null(ServerChecks.VersionRefusal(150000, "15.0"));
        Assert.Null(ServerChecks.VersionRefusal(180001, "18.1"));
    }
}
