using Cortex.IdentityServer.Features.Usage.Retention;
using Cortex.IdentityServer.Tests.Infrastructure;
using Cortex.IdentityServer.Tests.Usage.Sums;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Usage.Retention;

/// <summary>Usage is kept for as long as the operator configures, and its sums for as long as the account.</summary>
public sealed class RetentionTests(RetentionTests.ShortRetentionApp app, PostgresCluster cluster) : IClassFixture<RetentionTests.ShortRetentionApp>
{
    private const int Days = 40;

    private static readonly UsageRetention Rule = new(new(TimeSpan.FromDays(Days), TimeSpan.FromDays(35)), NullLogger<UsageRetention>.Instance);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_hour_the_server_deletes_rows_that_are_older_than_USAGE_RETENTION_DAYS()
    {
        var user = await app.RegisterAsync();
        var now = app.Clock.GetUtcNow();
        foreach (var (endpoint, age) in new[] { ("/old", Days + 0.01), ("/about-to-expire", Days - 0.06), ("/recent", 0) })
        {
            await app.SqlAsync(
                "INSERT INTO usage_logs (user_id, endpoint, cost_usd, created_at) VALUES ($1, $2, 0.25, $3)", user.Id, endpoint, now.UtcDateTime.AddDays(-age));
        }

        var sums = await app.SumsAsync(user.Id);

        await ShouldKeepAfterAnHourAsync("/about-to-expire, /recent");
        await ShouldKeepAfterAnHourAsync("/recent");
        Assert.Equal(sums, await app.SumsAsync(user.Id));
        Assert.Equal("3 requests, 0 tokens, 0.75 dollars", sums);

        async Task ShouldKeepAfterAnHourAsync(string endpoints)
        {
            app.Clock.Advance(TimeSpan.FromHours(1));
            await Poll.UntilAsync(
                TimeSpan.FromSeconds(30),
                $"only {endpoints} left",
                async () => endpoints.Equals(
                    await app.SqlAsync("SELECT string_agg(endpoint, ', ' ORDER BY endpoint) FROM usage_logs WHERE user_id = $1", user.Id)));
        }
    }

    [Fact]
    public async Task Rows_without_a_time_stay_and_sums_do_not_change()
    {
        await using var database = await UsageDatabase.CreateAsync(cluster);
        var user = await database.AddUserAsync();
        await WriteExpiredAsync(database, user, rows: 12_345);
        await database.RunAsync(
            """
            INSERT INTO usage_logs (user_id, endpoint, created_at) VALUES ($1, '/now', now()), ($1, '/never', NULL), ($1, '/before', '-infinity'),
                ($1, '/after', 'infinity')
            """,
            user);
        await database.FoldAsync();
        await database.ShouldBeExactAsync();

        Assert.Equal(12_346, await ApplyAsync(database));

        Assert.Equal("/after, /never, /now", await database.ReadAsync<string>("SELECT string_agg(endpoint, ', ' ORDER BY endpoint) FROM usage_logs"));
        Assert.Equal(12_346L, await database.ReadAsync<long>("SELECT sum(requests)::bigint FROM usage_quarters"));
        Assert.Equal(12_346L, await database.ReadAsync<long>("SELECT sum(requests)::bigint FROM usage_months"));
        Assert.Equal(0, await ApplyAsync(database));
    }

    [Fact]
    public async Task Rows_are_deleted_in_short_transactions()
    {
        await using var database = await UsageDatabase.CreateAsync(cluster);
        var user = await database.AddUserAsync();
        await WriteExpiredAsync(database, user, rows: 3 * UsageRetention.BatchSize);
        await using var connection = await database.Source.OpenConnectionAsync(Ct);
        await using var holder = await connection.BeginTransactionAsync(Ct);
        await using (var hold = new NpgsqlCommand("SELECT FROM usage_logs WHERE endpoint = '/last' FOR UPDATE", connection))
        {
            await hold.ExecuteNonQueryAsync(Ct);
        }

        var deletion = ApplyAsync(database);

        // All batches but the one with the locked row are committed.
        await Poll.UntilAsync(
            TimeSpan.FromSeconds(30),
            "all but the last batch are deleted",
            async () => await database.ReadAsync<long>("SELECT count(*) FROM usage_logs") == UsageRetention.BatchSize);
        Assert.False(deletion.IsCompleted);
        await holder.RollbackAsync(Ct);
        Assert.Equal(3 * UsageRetention.BatchSize, await deletion);
    }

    [Fact]
    public async Task Replicas_can_delete_at_the_same_time()
    {
        await using var database = await UsageDatabase.CreateAsync(cluster);
        await WriteExpiredAsync(database, await database.AddUserAsync(), rows: 30_000);

        var deleted = await Concurrently.RunAsync(6, _ => ApplyAsync(database));

        Assert.Equal(30_000 - await database.ReadAsync<long>("SELECT count(*) FROM usage_logs"), deleted.Sum());
        await ApplyAsync(database);
        Assert.Equal(0L, await database.ReadAsync<long>("SELECT count(*) FROM usage_logs"));
    }

    /// <remarks>The server needs only SELECT and INSERT on the ledger for everything else.</remarks>
    [Fact]
    public async Task A_role_that_may_not_delete_usage_keeps_it()
    {
        await using var database = await UsageDatabase.CreateAsync(cluster);
        await WriteExpiredAsync(database, await database.AddUserAsync(), rows: 10);
        var role = $"{new NpgsqlConnectionStringBuilder(database.ConnectionString).Database}_append";
        await database.RunAsync($"CREATE ROLE {role} LOGIN PASSWORD 'append'; GRANT SELECT, INSERT ON usage_logs TO {role}");
        await using var append = new UsageDatabase(
            new NpgsqlConnectionStringBuilder(database.ConnectionString) { Username = role, Password = "append", Passfile = null }.ConnectionString);

        Assert.Equal(0, await ApplyAsync(append));

        Assert.Equal(10L, await database.ReadAsync<long>("SELECT count(*) FROM usage_logs"));
    }

    private static Task<int> ApplyAsync(UsageDatabase database) => Rule.ApplyAsync(database.Source, DateTimeOffset.UtcNow, Ct);

    /// <summary>Writes rows that are too old; the endpoint of the last one is <c>/last</c>.</summary>
    private static Task<int> WriteExpiredAsync(UsageDatabase database, Guid user, int rows) => database.RunAsync(
        """
        INSERT INTO usage_logs (user_id, endpoint, tokens_used, created_at)
        SELECT $1, CASE WHEN i = $2 THEN '/last' ELSE '/old' END, 1, now() - interval '50 days' + i * interval '1 second' FROM generate_series(1, $2) AS i
        """,
        user,
        rows);

    /// <summary>A server that keeps usage for a little more than a month.</summary>
    public sealed class ShortRetentionApp(PostgresCluster cluster) : CortexApp(cluster)
    {
        protected override IEnumerable<(string Name, string Value)> Settings => [("USAGE_RETENTION_DAYS", $"{Days}")];
    }
}
