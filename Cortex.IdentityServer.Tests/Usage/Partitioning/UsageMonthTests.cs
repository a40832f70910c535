using System.Globalization;
using Cortex.IdentityServer.Features.Usage.Retention;
using Cortex.IdentityServer.Tests.Infrastructure;
using Cortex.IdentityServer.Tests.Usage.Sums;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Usage.Partitioning;

/// <summary>Each month of a partitioned ledger has a table, which exists before the month begins and is dropped when its retention is over.</summary>
public sealed class UsageMonthTests(PostgresCluster cluster)
{
    private const int Days = 40;

    private static readonly UsageRetention Rule = new(new(TimeSpan.FromDays(Days), TimeSpan.FromDays(35)), NullLogger<UsageRetention>.Instance);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Rows_are_counted_once_whether_they_are_inserted_into_the_table_or_directly_into_a_partition()
    {
        await using var database = await UsageDatabase.CreateAsync(cluster);
        var user = await database.AddUserAsync();
        await database.PartitionAsync();
        var now = DateTime.UtcNow;

        await database.WriteRowAsync(user, "/parent", now, now);
        await database.WriteRowAsync(user, "/month", now, now, Table(now));
        await database.WriteRowAsync(user, "/default", new DateTime(2001, 2, 3, 0, 0, 0, DateTimeKind.Utc), now, "usage_logs_default");
        await database.RunAsync("INSERT INTO usage_logs (user_id, endpoint, id) VALUES ($1, '/random', 'f0000000-0000-4000-8000-000000000000')", user);
        await database.RunAsync(
            $"INSERT INTO usage_logs (id, user_id, endpoint) SELECT id, user_id, '/again' FROM {Table(now)} ON CONFLICT DO NOTHING");

        await database.ShouldBeExactAsync();
        await database.FoldAsync();
        await database.ShouldBeExactAsync();
        Assert.Equal(4L, await database.ReadAsync<long>("SELECT sum(requests)::bigint FROM usage_months"));
        Assert.Equal(Table(now), await database.PartitionOfAsync("/parent"));
        Assert.Equal("usage_logs_other", await database.PartitionOfAsync("/random"));
    }

    [Fact]
    public async Task Coming_months_get_a_table_ahead_of_time_with_the_rows_and_rights_that_belong_to_it()
    {
        await using var database = await UsageDatabase.CreateAsync(cluster);
        var role = $"{new NpgsqlConnectionStringBuilder(database.ConnectionString).Database}_reader";
        await database.RunAsync($"CREATE ROLE {role}; GRANT SELECT ON usage_logs TO {role}");
        var user = await database.AddUserAsync();
        await database.PartitionAsync();
        var later = Month(DateTime.UtcNow, 5);
        await database.WriteRowAsync(user, "/early", later, DateTime.UtcNow);
        Assert.Equal("usage_logs_default", await database.PartitionOfAsync("/early"));
        await database.FoldAsync();

        foreach (var _ in Enumerable.Range(0, 2))
        {
            await Rule.ApplyAsync(database.Source, new DateTimeOffset(later.AddMonths(-2)), Ct);
        }

        Assert.Equal(Table(later), await database.PartitionOfAsync("/early"));
        Assert.True(await database.IsFoldedAsync());
        await database.WriteRowAsync(user, "/direct", later, DateTime.UtcNow, Table(later));
        await database.ShouldBeExactAsync();
        Assert.True(await database.ReadAsync<bool>($"SELECT has_table_privilege('{role}', '{Table(later)}', 'SELECT')"));
        Assert.False(await database.ReadAsync<bool>($"SELECT has_table_privilege('{role}', '{Table(later)}', 'INSERT')"));
        await database.RunAsync("DELETE FROM users WHERE id = $1", user);
        Assert.Equal(0L, await database.ReadAsync<long>("SELECT count(*) FROM usage_logs"));
    }

    [Fact]
    public async Task Months_that_are_older_than_USAGE_RETENTION_DAYS_are_dropped_and_their_sums_stay()
    {
        await using var database = await UsageDatabase.CreateAsync(cluster);
        var user = await database.AddUserAsync();
        await database.WriteUsageAsync(user, await database.AddKeyAsync(user), rows: 20_000, days: 190);
        await database.PartitionAsync();
        await database.FoldAsync();
        var (oldest, old, mixed) = (DateTime.UtcNow.AddDays(-Days), Month(DateTime.UtcNow, -4), Month(DateTime.UtcNow, -3));
        await database.WriteRowAsync(user, "/newer", mixed, DateTime.UtcNow);
        await database.WriteRowAsync(user, "/never", mixed, null);
        var sums = await database.ReadAsync<long>("SELECT sum(requests)::bigint FROM usage_days");
        var kept = await database.ReadAsync<long>("SELECT count(*) FROM usage_logs WHERE created_at >= $1", Month(oldest, 0).AddDays(-14));

        await Rule.ApplyAsync(database.Source, DateTimeOffset.UtcNow, Ct);

        Assert.False(await ExistsAsync(database, old));
        Assert.True(await ExistsAsync(database, mixed));
        Assert.True(await ExistsAsync(database, oldest));
        Assert.Equal(2L, await database.ReadAsync<long>($"SELECT count(*) FROM {Table(mixed)}"));
        Assert.Equal(
            0L, await database.ReadAsync<long>("SELECT count(*) FROM usage_logs WHERE created_at < $1 AND tableoid = 'usage_logs_other'::regclass", oldest));
        Assert.InRange(await database.ReadAsync<long>("SELECT count(*) FROM usage_logs"), kept - 1_500, kept + 1);
        Assert.Equal(sums, await database.ReadAsync<long>("SELECT sum(requests)::bigint FROM usage_days"));

        // Once the newer rows are gone, so is the month.
        await database.RunAsync($"DELETE FROM {Table(mixed)}");
        await Rule.ApplyAsync(database.Source, DateTimeOffset.UtcNow, Ct);
        Assert.False(await ExistsAsync(database, mixed));
    }

    /// <remarks>PostgreSQL refuses a row that has waited for the default partition, which doesn't take that month's rows anymore.</remarks>
    [Fact]
    public async Task A_row_that_arrives_while_its_month_gets_a_table_is_recorded_there()
    {
        await using var database = await UsageDatabase.CreateAsync(cluster);
        var user = await database.AddUserAsync();
        await database.PartitionAsync();
        var later = Month(DateTime.UtcNow, 6);
        await using var connection = await database.Source.OpenConnectionAsync(Ct);
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        await using (var keep = new NpgsqlCommand("SELECT cortex_keep_usage_months($1, '-infinity')", connection))
        {
            keep.Parameters.Add(new() { Value = later });
            await keep.ExecuteNonQueryAsync(Ct);
        }

        var insert = database.WriteRowAsync(user, "/waits", later, DateTime.UtcNow);
        await Poll.UntilAsync(
            TimeSpan.FromSeconds(20),
            "the insert waits",
            async () => await database.ReadAsync<long>(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") > 0);
        Assert.False(insert.IsCompleted);
        await transaction.CommitAsync(Ct);
        await insert;

        Assert.Equal(Table(later), await database.PartitionOfAsync("/waits"));
        await database.ShouldBeExactAsync();
    }

    [Fact]
    public async Task Whoever_may_maintain_the_months_cannot_drop_one_that_the_shortest_retention_keeps()
    {
        await using var database = await UsageDatabase.CreateAsync(cluster);
        var user = await database.AddUserAsync();
        await database.WriteUsageAsync(user, await database.AddKeyAsync(user), rows: 20_000, days: 100);
        await database.PartitionAsync();

        await database.RunAsync("SELECT cortex_keep_usage_months('infinity', 'infinity')");

        Assert.True(await ExistsAsync(database, DateTime.UtcNow.AddDays(-35)));
        Assert.False(await ExistsAsync(database, DateTime.UtcNow.AddDays(-97)));
        Assert.False(await ExistsAsync(database, DateTime.UtcNow.AddMonths(18)));
    }

    private static Task<bool> ExistsAsync(UsageDatabase database, DateTime month) =>
        database.ReadAsync<bool>($"SELECT to_regclass('{Table(month)}') IS NOT NULL");

    /// <summary>The middle of the month that is this many months away.</summary>
    private static DateTime Month(DateTime from, int away) => new DateTime(from.Year, from.Month, 15, 0, 0, 0, DateTimeKind.Utc).AddMonths(away);

    private static string Table(DateTime at) => "usage_logs_" + at.ToString("yyyy_MM", CultureInfo.InvariantCulture);
}
