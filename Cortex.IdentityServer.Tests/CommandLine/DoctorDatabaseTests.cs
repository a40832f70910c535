using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Cortex.IdentityServer.Features.CommandLine.Diagnosis;
using Cortex.IdentityServer.Tests.Data;
using Cortex.IdentityServer.Tests.Data.Owners;
using Cortex.IdentityServer.Tests.Infrastructure;
using Npgsql;

namespace Cortex.IdentityServer.Tests.CommandLine;

/// <summary><c>doctor</c> names what is wrong with a database. In each case, only the mail, which isn't configured, is a further finding.</summary>
public sealed class DoctorDatabaseTests(PostgresCluster cluster)
{
    private const string NoMail = "warn  mail: SMTP_URL isn't set, so no email is sent. Set SMTP_URL and EMAIL_FROM.";

    [Fact]
    public async Task A_wrong_password_fails_without_being_printed()
    {
        var database = await cluster.CreateDatabaseAsync();
        var wrong = new NpgsqlConnectionStringBuilder(database) { Password = Doctor.Password }.ConnectionString;

        (await Doctor.RunAsync(wrong)).ShouldSay(1, ("fail  database", "28P01"));
    }

    [Fact]
    public async Task Another_encoding_fails_once()
    {
        var database = await PythonDatabase.CreateAsync(cluster, "CREATE DATABASE \"doctor ascii\" TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'");
        var ascii = new NpgsqlConnectionStringBuilder(database) { Database = "doctor ascii" }.ConnectionString;

        var run = (await Doctor.RunAsync(ascii)).ShouldSay(
            1, ("fail  database encoding", "SQL_ASCII"), ("warn  database schema", "Migrations that are pending"));

        Assert.Single(run.Findings(), line => line.Contains("SQL_ASCII", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_role_without_rights_gets_the_statement_that_grants_them()
    {
        var database = await OwnedDatabase.MigratedAsync(cluster);
        var app = await database.AddRoleAsync("GRANT USAGE ON SCHEMA public TO app; GRANT SELECT ON \"__EFMigrationsHistory\" TO app");

        (await Doctor.RunAsync(app)).ShouldSay(1, ("fail  database schema", "GRANT SELECT, INSERT, UPDATE, DELETE"));
        await database.GrantServingAsync(app);
        var run = (await Doctor.RunAsync(app)).ShouldSay(3, ("ok    database rights", "another role has to migrate"));
        Assert.Equal([NoMail], run.Findings());

        await PythonDatabase.SqlAsync<object>(
            database.Owner, $"REVOKE EXECUTE ON FUNCTION cortex_keep_usage_months FROM {OwnedDatabase.RoleOf(app)}");
        (await Doctor.RunAsync(app)).ShouldSay(3, ("warn  database rights", "may not call cortex_keep_usage_months"));
    }

    [Fact]
    public async Task An_empty_database_has_pending_migrations_and_stays_empty()
    {
        var database = await cluster.CreateDatabaseAsync(migrated: false);

        (await Doctor.RunAsync(database)).ShouldSay(3, ("warn  database schema", "Run migrate"));

        Assert.Equal(0L, await PythonDatabase.SqlAsync<long>(database, "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"));
    }

    [Fact]
    public async Task Disabled_triggers_a_read_only_database_and_short_timeouts_are_found()
    {
        var database = await OwnedDatabase.MigratedAsync(cluster);
        await PythonDatabase.SqlAsync<object>(database.Owner, "ALTER TABLE users DISABLE TRIGGER USER");
        await PythonDatabase.SqlAsync<object>(database.Superuser, $"""
            ALTER ROLE {OwnedDatabase.RoleOf(database.Owner)} SET statement_timeout = '900ms';
            ALTER ROLE {OwnedDatabase.RoleOf(database.Owner)} SET default_transaction_read_only = on;
            ALTER ROLE {OwnedDatabase.RoleOf(database.Owner)} CONNECTION LIMIT 20
            """);

        (await Doctor.RunAsync(database.Owner)).ShouldSay(
            1, ("fail  database triggers", "users.cortex_count_insert, users.cortex_count_truncate"),
            ("fail  database writes", "default_transaction_read_only is on"), ("warn  database timeouts", "statement_timeout = 900 ms"),
            ("warn  database connections", "each replica needs up to 32"));
    }

    [Fact]
    public async Task A_pooler_in_transaction_mode_is_found_by_a_notification_that_does_not_arrive()
    {
        Assert.SkipUnless(PgBouncer.IsInstalled, "pgbouncer is not installed");
        await using var pooler = new PgBouncer();
        await pooler.StartAsync(await cluster.CreateDatabaseAsync());

        (await Doctor.RunAsync(pooler.ConnectionString)).ShouldSay(
            3, ("warn  database notices", "pooler in transaction mode"), ("ok    database connections", "pooler"), ("ok    database schema", "All"));
    }

    /// <remarks>A function of this name, earlier on the search_path, is a clock that differs.</remarks>
    [Theory]
    [InlineData("+ interval '1 minute'", 1, "fail", "ahead of")]
    [InlineData("- interval '10 seconds'", 3, "warn", "behind")]
    public async Task A_database_whose_clock_differs_is_reported(string difference, int exitCode, string verdict, string words)
    {
        var database = await cluster.CreateDatabaseAsync();
        await PythonDatabase.SqlAsync<object>(database, $"""
            CREATE SCHEMA clock;
            CREATE FUNCTION clock.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS $$ SELECT pg_catalog.clock_timestamp() {difference} $$
            """);
        var skewed = new NpgsqlConnectionStringBuilder(database) { SearchPath = "public,clock,pg_catalog" }.ConnectionString;

        (await Doctor.RunAsync(skewed)).ShouldSay(exitCode, ($"{verdict}  database clock", words));
    }

    [Fact]
    public void A_slow_connection_does_not_look_like_a_clock_that_differs()
    {
        var lines = new CheckLines();

        ClockCheck.Report(TimeSpan.FromSeconds(2.5), uncertainty: TimeSpan.FromSeconds(1), lines);

        Assert.Equal(Verdict.Ok, Assert.Single(lines.All).Verdict);
    }

    /// <remarks>The server accepts the connection and never answers, like a frozen one.</remarks>
    [Fact]
    public async Task A_database_that_never_answers_is_given_up_after_seconds()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var started = Stopwatch.GetTimestamp();

        var port = ((IPEndPoint)silent.LocalEndpoint).Port;
        (await Doctor.RunAsync(
            $"postgresql://cortex:{Doctor.Password}@127.0.0.1:{port}/cortex?connect_timeout=0", ("REDIS_URL", $"redis://127.0.0.1:{port}"),
            ("SMTP_URL", $"smtp://127.0.0.1:{port}"), ("EMAIL_FROM", "a@example.com"))).ShouldSay(
            1, ("fail  database", "no answer within 10 seconds"), ("fail  redis", ""), ("fail  mail", "no answer"));

        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(25), "the checks must run side by side");
    }
}
