using System.Data;
using Cortex.IdentityServer.Features.Usage.Partitioning;
using Cortex.IdentityServer.Tests.Infrastructure;
using Cortex.IdentityServer.Tests.Usage.Sums;
using Npgsql;
using NpgsqlTypes;

namespace Cortex.IdentityServer.Tests.Usage.Partitioning;

/// <summary>Programs go on writing and deleting while the table is partitioned, and nothing is lost or doubled.</summary>
public sealed class ConcurrentPartitionTests(PostgresCluster cluster)
{
    /// <summary>The rows that should exist, which the writers add in the same transactions.</summary>
    private const string Journal =
        "CREATE TABLE journal (id uuid PRIMARY KEY, user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE, endpoint text NOT NULL)";

    private const string Difference = """
        SELECT count(*) FROM (
            (SELECT id, user_id, endpoint FROM usage_logs EXCEPT ALL SELECT id, user_id, endpoint FROM journal)
            UNION ALL (SELECT id, user_id, endpoint FROM journal EXCEPT ALL SELECT id, user_id, endpoint FROM usage_logs)) AS differences
        """;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nothing_is_lost_or_doubled_while_other_programs_write_copy_change_and_delete()
    {
        await using var database = await UsageDatabase.CreateAsync(cluster);
        await database.RunAsync(Journal);
        var users = new List<(Guid Id, Guid Key)>();
        for (var n = 0; n < 20; n++)
        {
            var id = await database.AddUserAsync();
            users.Add((id, await database.AddKeyAsync(id)));
            await database.WriteUsageAsync(id, users[n].Key, rows: 4_000);
        }

        await database.RunAsync("INSERT INTO journal SELECT id, user_id, endpoint FROM usage_logs");
        using var end = new CancellationTokenSource();
        var writing = Concurrently.RunAsync(6, writer => WriteUntilAsync(database, users, writer, end.Token));

        await database.PartitionAsync();
        await Task.Delay(300, Ct);
        await end.CancelAsync();

        Assert.True((await writing).Min() > 0, "a writer did nothing");
        Assert.Equal(0L, await database.ReadAsync<long>(Difference));
        Assert.Equal(
            0L,
            await database.ReadAsync<long>(
                "SELECT count(*) FROM usage_logs LEFT JOIN api_keys ON api_keys.id = api_key_id WHERE api_key_id IS NOT NULL AND api_keys.id IS NULL"));
        Assert.True(await database.ReadAsync<bool>(PartitionSteps.IsPartitioned));

        // Deletions of single rows don't reduce the sums, so they are counted apart.
        await database.FoldAsync();
        Assert.Equal(
            await database.ReadAsync<long>("SELECT count(*) FROM journal"),
            await database.ReadAsync<long>("SELECT sum(requests)::bigint FROM usage_months WHERE user_id IN (SELECT id FROM users)"));
    }

    /// <remarks>Such a transaction doesn't see what was committed after it began, not even in triggers.</remarks>
    [Fact]
    public async Task A_deletion_in_a_transaction_with_an_old_snapshot_is_not_lost()
    {
        await using var database = await UsageDatabase.CreateAsync(cluster);
        var user = await database.AddUserAsync();
        await database.WriteUsageAsync(user, await database.AddKeyAsync(user), rows: 20_000);
        await PauseAsync(database);
        await using var connection = await database.Source.OpenConnectionAsync(Ct);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, Ct);
        await using (var look = new NpgsqlCommand("SELECT count(*) FROM usage_logs", connection))
        {
            await look.ExecuteScalarAsync(Ct);
        }

        var partitioning = database.CreatePartitioning().RunAsync(_ => { }, Ct);
        await Poll.UntilAsync(
            TimeSpan.FromSeconds(30),
            "all rows are copied",
            () => database.ReadAsync<bool>("SELECT next_block >= blocks FROM usage_logs_copy_state"));
        await using (var delete = new NpgsqlCommand("DELETE FROM usage_logs WHERE tokens_used % 2 = 0", connection))
        {
            await delete.ExecuteNonQueryAsync(Ct);
        }

        await transaction.CommitAsync(Ct);
        Assert.IsType<PartitionResult.Done>(await partitioning);
        Assert.Equal(10_000L, await database.ReadAsync<long>("SELECT count(*) FROM usage_logs"));
        Assert.Equal(0L, await database.ReadAsync<long>("SELECT count(*) FROM usage_logs WHERE tokens_used % 2 = 0"));
    }

    [Fact]
    public async Task A_table_that_is_emptied_or_rewritten_in_between_is_copied_again()
    {
        await using var database = await UsageDatabase.CreateAsync(cluster);
        var user = await database.AddUserAsync();
        var key = await database.AddKeyAsync(user);
        await database.WriteUsageAsync(user, key, rows: 30_000);
        await PauseAsync(database);
        await database.RunAsync("TRUNCATE usage_logs");
        await database.WriteUsageAsync(user, key, rows: 25_000, days: 40);
        await PauseAsync(database);
        await database.RunAsync("DELETE FROM usage_logs WHERE tokens_used < 5000");
        await database.RunAsync("VACUUM FULL usage_logs");
        var content = await database.ReadAsync<string>(PartitionSteps.Content);

        await database.PartitionAsync();

        Assert.Equal(content, await database.ReadAsync<string>(PartitionSteps.Content));
    }

    [Fact]
    public async Task A_table_whose_definition_changes_in_between_is_left_as_it_is_and_the_next_run_starts_over()
    {
        await using var database = await UsageDatabase.CreateAsync(cluster);
        var user = await database.AddUserAsync();
        await database.WriteUsageAsync(user, await database.AddKeyAsync(user), rows: 20_000);
        await PauseAsync(database);
        await database.RunAsync("ALTER TABLE usage_logs ADD COLUMN region text DEFAULT 'eu'");
        var content = await database.ReadAsync<string>(PartitionSteps.Content);

        Assert.IsType<PartitionResult.Outdated>(await database.CreatePartitioning().RunAsync(_ => { }, Ct));

        Assert.False(await database.ReadAsync<bool>(PartitionSteps.IsPartitioned));
        Assert.Equal(0L, await database.ReadAsync<long>("SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'cortex\\_note%'"));
        await database.PartitionAsync();
        Assert.Equal(content, await database.ReadAsync<string>(PartitionSteps.Content));
    }

    [Fact]
    public async Task Runs_at_the_same_time_copy_each_row_once()
    {
        await using var database = await UsageDatabase.CreateAsync(cluster);
        var user = await database.AddUserAsync();
        await database.WriteUsageAsync(user, await database.AddKeyAsync(user), rows: 30_000);
        await PauseAsync(database);
        var content = await database.ReadAsync<string>(PartitionSteps.Content);

        var results = await Concurrently.RunAsync(3, _ => database.CreatePartitioning().RunAsync(_ => { }, Ct));

        Assert.All(results, result => Assert.True(result is PartitionResult.Done or PartitionResult.AlreadyDone, $"{result}"));
        Assert.Contains(results, result => result is PartitionResult.Done { Rows: 30_000 });
        Assert.Equal(content, await database.ReadAsync<string>(PartitionSteps.Content));
        Assert.Equal(0L, await database.ReadAsync<long>("SELECT count(*) FROM pg_class WHERE relname ~ '^usage_logs_(copy|replaced)'"));
    }

    [Fact]
    public async Task A_copy_that_is_removed_while_it_is_made_ends_the_run()
    {
        await using var database = await UsageDatabase.CreateAsync(cluster);
        var user = await database.AddUserAsync();
        await database.WriteUsageAsync(user, await database.AddKeyAsync(user), rows: 60_000);
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        var running = database.CreatePartitioning().RunAsync(_ => begun.TrySetResult(), Ct);
        await begun.Task;
        Assert.True(await database.CreatePartitioning().CancelAsync(Ct));

        Assert.IsType<PartitionResult.Outdated>(await running);
        Assert.False(await database.ReadAsync<bool>(PartitionSteps.IsPartitioned));
        Assert.Equal(60_000L, await database.ReadAsync<long>("SELECT count(*) FROM usage_logs"));
    }

    /// <summary>Begins to copy, and stops after the first blocks.</summary>
    private static async Task PauseAsync(UsageDatabase database)
    {
        using var pause = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => database.CreatePartitioning().RunAsync(_ => pause.Cancel(), pause.Token));
    }

    private static async Task<int> WriteUntilAsync(UsageDatabase database, List<(Guid Id, Guid Key)> users, int writer, CancellationToken end)
    {
        var times = 0;
        for (; !end.IsCancellationRequested; times++)
        {
            await Task.Delay(10, Ct);
            var (user, key) = users[(writer + (times * 7)) % 10];
            if (writer == 0)
            {
                await CopyAsync(database, user);
            }
            else if (writer == 1 && times < 10)
            {
                // The users that nobody writes to, so that no writer fails.
                await database.RunAsync(times % 2 == 0 ? "DELETE FROM users WHERE id = $1" : "DELETE FROM api_keys WHERE user_id = $1", users[10 + times].Id);
            }
            else
            {
                await database.RunAsync(
                    """
                    WITH added AS (
                        INSERT INTO usage_logs (user_id, api_key_id, endpoint, cost_usd) SELECT $1, $2, '/w' || $3::int, i / 1000000.0
                        FROM generate_series(1, 20) AS i RETURNING id, user_id, endpoint)
                    INSERT INTO journal SELECT * FROM added
                    """,
                    user,
                    key,
                    writer);

                // In the order of the ids, so that two writers of the same user don't deadlock.
                await database.RunAsync(
                    """
                    UPDATE usage_logs SET response_time_ms = $2 WHERE id = ANY (ARRAY(
                        SELECT id FROM usage_logs WHERE id IN (SELECT id FROM journal WHERE user_id = $1 LIMIT 3) ORDER BY id FOR UPDATE))
                    """,
                    user,
                    times);
            }
        }

        return times;
    }

    private static async Task CopyAsync(UsageDatabase database, Guid user)
    {
        await using var connection = await database.Source.OpenConnectionAsync(Ct);
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        Guid[] ids = [.. Enumerable.Range(0, 30).Select(_ => Guid.CreateVersion7())];
        foreach (var table in new[] { "usage_logs", "journal" })
        {
            await using var copy = await connection.BeginBinaryImportAsync($"COPY {table} (id, user_id, endpoint) FROM STDIN (FORMAT binary)", Ct);
            foreach (var id in ids)
            {
                await copy.StartRowAsync(Ct);
                await copy.WriteAsync(id, Ct);
                await copy.WriteAsync(user, Ct);
                await copy.WriteAsync("/copied", NpgsqlDbType.Text, Ct);
            }

            await copy.CompleteAsync(Ct);
        }

        await transaction.CommitAsync(Ct);
    }
}
