using System.Globalization;
using Cortex.IdentityServer.Tests.Infrastructure;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Audit;

/// <summary>Each month of events has a table, which is created before the month begins and dropped when its retention period is over.</summary>
/// <remarks>Events are kept for as long as the operator configures, and no longer.</remarks>
public sealed class RetentionTests(RetentionTests.ShortRetentionApp app, PostgresCluster cluster) : IClassFixture<RetentionTests.ShortRetentionApp>
{
    private const int Days = 60;

    private DateTimeOffset Now => app.Clock.GetUtcNow();

    /// <remarks>This test moves its clock ahead by months, so it uses a server and a database of its own.</remarks>
    [Fact]
    public async Task This_month_and_the_next_three_have_tables_and_later_months_get_theirs_in_time()
    {
        await using var ahead = new ShortRetentionApp(cluster);
        await ahead.InitializeAsync();
        await ShouldHaveTableAsync(ahead, ahead.Clock.GetUtcNow());
        await ShouldHaveTableAsync(ahead, Month(ahead.Clock.GetUtcNow(), 3));

        for (var month = 0; month < 4; month++)
        {
            ahead.Clock.Advance(TimeSpan.FromDays(31));
            await ShouldHaveTableAsync(ahead, Month(ahead.Clock.GetUtcNow(), 3));
        }

        // New events go to the month's table, not to the default partition.
        await ahead.RegisterAsync();
        Assert.True((long)(await ahead.SqlAsync($"SELECT count(*) FROM {Table(ahead.Clock.GetUtcNow())}"))! > 0);
        Assert.Equal(0L, await ahead.SqlAsync("SELECT count(*) FROM audit_events_default"));
    }

    [Fact]
    public async Task Months_that_are_older_than_AUDIT_RETENTION_DAYS_are_dropped_and_others_stay()
    {
        var cutoff = Now - TimeSpan.FromDays(Days);
        var (old, kept) = (Month(cutoff, -1), new DateTimeOffset(cutoff.Year, cutoff.Month, 1, 0, 0, 0, TimeSpan.Zero));
        var (oldId, keptId) = (await WriteAsync(old), await WriteAsync(kept));
        Assert.Equal(2L, await app.SqlAsync("SELECT count(*) FROM audit_events WHERE id IN ($1, $2)", oldId, keptId));

        app.Clock.Advance(TimeSpan.FromHours(1));

        await UntilAsync("the old month is gone", async () => await app.SqlAsync("SELECT count(*) FROM audit_events WHERE id = $1", oldId) is 0L);
        Assert.Equal(1L, await app.SqlAsync("SELECT count(*) FROM audit_events WHERE id = $1", keptId));
        Assert.Equal(DBNull.Value, await app.SqlAsync("SELECT to_regclass($1)::text", Table(old)));
        Assert.Equal(Table(kept), await app.SqlAsync("SELECT to_regclass($1)::text", Table(kept)));
    }

    /// <remarks>A missing table prevents no login. The events that arrive in the meantime are moved later and are as protected as any others.</remarks>
    [Fact]
    public async Task Events_that_arrived_while_their_month_had_no_table_move_there()
    {
        var far = Month(Now, 30);
        var id = await WriteAsync(far);
        Assert.Equal(1L, await app.SqlAsync("SELECT count(*) FROM audit_events_default WHERE id = $1", id));

        await MaintainAsync(DateTimeOffset.MinValue);

        Assert.Equal(1L, await app.SqlAsync($"SELECT count(*) FROM {Table(far)} WHERE id = $1", id));
        Assert.Equal(0L, await app.SqlAsync("SELECT count(*) FROM audit_events_default"));
        var next = await WriteAsync(Month(Now, 32));
        Assert.Equal(1L, await app.SqlAsync("SELECT count(*) FROM audit_events_default WHERE id = $1", next));
        foreach (var table in new[] { Table(far), "audit_events_default" })
        {
            foreach (var statement in new[] { $"DELETE FROM {table}", $"TRUNCATE {table}", $"UPDATE {table} SET action = 'x'" })
            {
                await Assert.ThrowsAsync<PostgresException>(() => app.SqlAsync(statement));
            }
        }
    }

    /// <remarks>PostgreSQL refuses an event that has waited for the default partition, which doesn't take that month's events anymore.</remarks>
    [Fact]
    public async Task An_event_that_arrives_while_its_month_gets_a_table_is_recorded_there()
    {
        var month = Month(Now, 7);

        // Moving events out of the default partition locks the whole table, so there must be none.
        await MaintainAsync(DateTimeOffset.MinValue);
        var id = await app.CommitDuringAsync(
            [$"SELECT cortex_keep_audit_events('{month.UtcDateTime:O}', '-infinity')"], Guid.Empty, () => WriteAsync(month));

        Assert.Equal(1L, await app.SqlAsync($"SELECT count(*) FROM {Table(month)} WHERE id = $1", id));
    }

    [Fact]
    public async Task Replicas_can_maintain_the_tables_at_the_same_time()
    {
        await WriteAsync(Month(Now, 11));
        await Concurrently.RunAsync(8, async _ =>
        {
            await MaintainAsync(DateTimeOffset.MinValue);
            return true;
        });

        Assert.Equal(0L, await app.SqlAsync("SELECT count(*) FROM audit_events_default"));
    }

    private async Task MaintainAsync(DateTimeOffset oldest)
    {
        await using var source = NpgsqlDataSource.Create(app.ConnectionString);
        await using var command = source.CreateCommand("SELECT cortex_keep_audit_events($1, $2)");
        command.Parameters.Add(new() { Value = Now.UtcDateTime });
        command.Parameters.Add(new() { Value = oldest.UtcDateTime });
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    private async Task<Guid> WriteAsync(DateTimeOffset at)
    {
        var id = Guid.NewGuid();
        await app.SqlAsync("INSERT INTO audit_events (id, occurred_at, action, outcome) VALUES ($1, $2, 'test', 'success')", id, at.UtcDateTime);
        return id;
    }

    private static Task ShouldHaveTableAsync(CortexApp server, DateTimeOffset month) =>
        UntilAsync(Table(month), async () => await server.SqlAsync("SELECT to_regclass($1) IS NOT NULL", Table(month)) is true);

    private static async Task UntilAsync(string what, Func<Task<bool>> condition)
    {
        for (var tries = 0; tries < 200; tries++)
        {
            if (await condition())
            {
                return;
            }

            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        Assert.Fail(what);
    }

    /// <summary>The middle of the month that is this many months away.</summary>
    private static DateTimeOffset Month(DateTimeOffset from, int away) => new DateTimeOffset(from.Year, from.Month, 15, 0, 0, 0, TimeSpan.Zero).AddMonths(away);

    private static string Table(DateTimeOffset at) => "audit_events_" + at.UtcDateTime.ToString("yyyy_MM", CultureInfo.InvariantCulture);

    /// <summary>A server that keeps events for two months.</summary>
    public sealed class ShortRetentionApp(PostgresCluster cluster) : CortexApp(cluster)
    {
        protected override IEnumerable<(string Name, string Value)> Settings => [("AUDIT_RETENTION_DAYS", $"{Days}")];
    }
}
