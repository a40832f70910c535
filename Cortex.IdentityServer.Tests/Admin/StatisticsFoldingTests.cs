using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Admin;

/// <summary>The totals are the same no matter when, and on which replica, changes are folded into them.</summary>
/// <remarks>Decision 0016 explains why changes are stored first and folded later.</remarks>
public sealed class StatisticsFoldingTests(SharedStaffApp app, PostgresCluster cluster) : IClassFixture<SharedStaffApp>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task While_sixteen_clients_write_and_two_replicas_fold_nothing_is_lost_or_counted_twice()
    {
        using var second = app.StartReplica(out var replica);
        using var _ = replica;
        var writing = Concurrently.RunAsync(16, WriteAsync);
        var checks = 0;
        while (!writing.IsCompleted)
        {
            app.Clock.Advance(TimeSpan.FromMinutes(1));
            Assert.Equal(
                true,
                await app.SqlAsync(
                    "SELECT (SELECT count(*) FROM users) = (SELECT coalesce(sum(accounts), 0) FROM (SELECT accounts FROM account_totals UNION ALL SELECT "
                        + "accounts FROM account_changes) AS sums)"));
            checks++;
            await Task.Delay(10, Ct);
        }

        await writing;
        Assert.True(checks > 5, "the writers finished before the totals were checked often enough");
        var staff = await app.SupportAsync();
        await app.ShouldHaveExactStatisticsAsync(staff.Http);
        await app.FoldAsync();
        await app.ShouldHaveExactStatisticsAsync(staff.Http);
        Assert.Equal(16 * 12 * 2L, await app.SqlAsync("SELECT count(*) FROM users WHERE email LIKE '%@many.example'"));
        Assert.Equal(await app.SqlAsync("SELECT count(*) FROM users"), await app.SqlAsync("SELECT sum(accounts)::bigint FROM account_totals"));
        Assert.DoesNotContain(" at Npgsql", app.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Uncommitted_changes_are_folded_in_the_next_minute()
    {
        var staff = await app.SupportAsync();
        await app.FoldAsync();
        var before = await staff.Http.StatisticsAsync();
        await using var connection = await OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        await ExecuteAsync(connection, "INSERT INTO users (email, password_hash) VALUES ('slow@one.example', 'x')");
        await app.RegisterAsync();
        await app.FoldAsync();
        Assert.Equal(1, (await staff.Http.StatisticsAsync()).Number("users") - before.Number("users"));

        await transaction.CommitAsync(Ct);

        Assert.Equal(2, (await staff.Http.StatisticsAsync()).Number("users") - before.Number("users"));
        await app.FoldAsync();
        await app.ShouldHaveExactStatisticsAsync(staff.Http);
    }

    [Fact]
    public async Task A_failure_to_fold_is_logged_once_and_the_totals_stay_correct()
    {
        var staff = await app.SupportAsync();
        await app.SqlAsync("ALTER TABLE account_totals ADD CONSTRAINT broken CHECK (accounts = 0) NOT VALID");
        await app.RegisterAsync();
        await Poll.UntilAsync(TimeSpan.FromSeconds(60), "the failure is logged", async () =>
        {
            app.Clock.Advance(TimeSpan.FromMinutes(1));
            await Task.Delay(100, Ct);
            return app.Log.Contains("Could not add account changes", StringComparison.Ordinal);
        });

        // The failure isn't logged again.
        for (var minute = 0; minute < 3; minute++)
        {
            app.Clock.Advance(TimeSpan.FromMinutes(1));
            await Task.Delay(100, Ct);
        }

        await app.ShouldHaveExactStatisticsAsync(staff.Http);
        Assert.Single(app.Log.Split('\n'), line => line.Contains("Could not add account changes", StringComparison.Ordinal));
        await (await app.Anonymous().FetchAsync("/health")).ShouldBeAsync(HttpStatusCode.OK);

        await app.SqlAsync("ALTER TABLE account_totals DROP CONSTRAINT broken");
        await app.FoldAsync();
        await app.ShouldHaveExactStatisticsAsync(staff.Http);
    }

    [Fact]
    public async Task A_replica_that_starts_later_continues_with_the_same_totals()
    {
        var staff = await app.SupportAsync();
        await app.RegisterAsync();
        await app.FoldAsync();
        await app.RegisterAsync();
        var before = (await staff.Http.StatisticsAsync("?days=1")).ToString();

        using var second = app.StartReplica(out var replica);
        using var _ = replica;
        second.DefaultRequestHeaders.Authorization = staff.Http.DefaultRequestHeaders.Authorization;

        Assert.Equal(before, (await second.StatisticsAsync("?days=1")).ToString());
        await app.FoldAsync();
        await app.ShouldHaveExactStatisticsAsync(second);
    }

    /// <remarks>An event in the default partition was counted when it was inserted. Events that are inserted into a new month's table count, too.</remarks>
    [Fact]
    public async Task A_login_that_moves_to_the_table_of_its_month_is_not_counted_again()
    {
        var month = new DateTime(2031, 5, 3, 12, 0, 0, DateTimeKind.Utc);
        await LogInAtAsync(month);
        Assert.Equal(1L, await LoginsAsync(month));
        await app.FoldAsync();

        await app.SqlAsync("SELECT cortex_keep_audit_events($1, '-infinity')", app.Clock.GetUtcNow().UtcDateTime);

        Assert.Equal(1L, await app.SqlAsync("SELECT count(*) FROM audit_events_2031_05"));
        Assert.Equal(1L, await LoginsAsync(month));
        await LogInAtAsync(month.AddHours(1));
        await app.SqlAsync(
            "INSERT INTO audit_events_2031_05 (id, occurred_at, action, outcome) VALUES (gen_random_uuid(), $1, 'login.succeeded', 'success')", month);
        Assert.Equal(3L, await LoginsAsync(month));
        await app.SqlAsync("INSERT INTO audit_events (id, occurred_at, action, outcome) VALUES (gen_random_uuid(), $1, 'user.updated', 'success')", month);
        Assert.Equal(3L, await LoginsAsync(month));
    }

    [Fact]
    public async Task Users_who_were_active_before_yesterday_are_forgotten_and_their_number_stays()
    {
        app.Clock.Advance(TimeSpan.FromDays(1));
        var today = DateOnly.FromDateTime(app.Clock.GetUtcNow().UtcDateTime);
        foreach (var ago in new[] { -1, 0, 1, 40 })
        {
            await app.SqlAsync(
                "WITH active AS (INSERT INTO active_users (day, user_id) VALUES ($1, $2)) INSERT INTO daily_changes (day, active_users) VALUES ($1, 1)",
                today.AddDays(-ago), Guid.NewGuid());
        }

        app.Clock.Advance(TimeSpan.FromDays(1));

        await Poll.UntilAsync(
            TimeSpan.FromSeconds(10), "older active users are forgotten", async () => today.Equals(await app.SqlAsync("SELECT min(day) FROM active_users")));
        Assert.Equal(2L, await app.SqlAsync("SELECT count(DISTINCT day) FROM active_users"));
        var staff = await app.SupportAsync();
        Assert.Equal(1, (await staff.Http.StatisticsAsync("?days=42")).GetProperty("days")[0].Number("active_users"));
    }

    [Fact]
    public async Task After_a_TRUNCATE_counting_starts_again_from_zero()
    {
        await using var own = new SharedStaffApp(cluster);
        await own.InitializeAsync();
        await own.RegisterAsync();
        await own.FoldAsync();
        var user = await own.RegisterAsync();
        await own.SqlAsync("INSERT INTO usage_logs (user_id, endpoint) VALUES ($1, '/x')", user.Id);
        await own.SqlAsync("INSERT INTO usage_days SELECT $1, now(), $1, '/x', '', 2, 1, 0, 0, 0, 0", user.Id);

        await own.SqlAsync("TRUNCATE users CASCADE");

        var staff = await own.AdminAsync();
        Assert.Equal(1, (await staff.Http.StatisticsAsync()).Number("users"));
        Assert.DoesNotContain(user.Id.ToString(), await own.DumpAsync(except: "audit_events%"), StringComparison.Ordinal);
        await own.ShouldHaveExactStatisticsAsync(staff.Http);
        await own.FoldAsync();
        await own.ShouldHaveExactStatisticsAsync(staff.Http);
    }

    private async Task<bool> WriteAsync(int writer)
    {
        await using var connection = await OpenAsync();
        for (var n = 0; n < 12; n++)
        {
            await ExecuteAsync(
                connection, $"INSERT INTO users (email, password_hash) SELECT 'w{writer}-{n}-' || i || '@many.example', 'x' FROM generate_series(1, 3) AS i");
            await ExecuteAsync(connection, $"UPDATE users SET subscription_tier = 'pro', is_verified = true WHERE email = 'w{writer}-{n}-1@many.example'");
            await ExecuteAsync(connection, $"DELETE FROM users WHERE email = 'w{writer}-{n}-2@many.example'");
            await ExecuteAsync(
                connection,
                "INSERT INTO audit_events (id, occurred_at, action, outcome) SELECT gen_random_uuid(), now(), CASE i WHEN 1 THEN 'login.failed' ELSE "
                    + "'login.succeeded' END, '' FROM generate_series(1, 3) AS i");
        }

        return true;
    }

    private Task<object?> LogInAtAsync(DateTime at) =>
        app.SqlAsync("INSERT INTO audit_events (id, occurred_at, action, outcome) VALUES (gen_random_uuid(), $1, 'login.succeeded', 'success')", at);

    private async Task<long> LoginsAsync(DateTime at) => (long)(await app.SqlAsync(
        "SELECT coalesce(sum(logins), 0)::bigint FROM (SELECT day, logins FROM daily_totals UNION ALL SELECT day, logins FROM daily_changes) AS days "
            + "WHERE day = $1", DateOnly.FromDateTime(at)))!;

    private async Task<NpgsqlConnection> OpenAsync()
    {
        var connection = new NpgsqlConnection(app.ConnectionString);
        await connection.OpenAsync(Ct);
        return connection;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Ct);
    }
}
