using Cortex.IdentityServer.Features.Usage.Sums;
using Cortex.IdentityServer.Tests.CommandLine;
using Cortex.IdentityServer.Tests.Data;
using Cortex.IdentityServer.Tests.Infrastructure;
using Npgsql;
using NpgsqlTypes;

namespace Cortex.IdentityServer.Tests.Usage.Sums;

/// <summary>The sums of usage equal the rows themselves to the last micro-dollar, whichever program writes them and whenever they are folded.</summary>
/// <remarks>Decision 0024 explains why changes are stored first and folded later.</remarks>
public sealed class FoldTests(PostgresCluster cluster)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Rows_of_any_program_are_counted_before_and_after_they_are_folded()
    {
        await using var database = await UsageDatabase.CreateAsync(cluster);
        var (ada, bob) = (await database.AddUserAsync(), await database.AddUserAsync());
        var key = await database.AddKeyAsync(ada);
        for (var time = 0; time < 2; time++)
        {
            await WriteOddRowsAsync(database, ada, key);
            await CopyAsync(database, bob);
            await database.ShouldBeExactAsync();

            Assert.Equal(new[] { ada, bob }.Order(), (await database.FoldAsync()).Order());

            Assert.True(await database.IsFoldedAsync());
            await database.ShouldBeExactAsync();
        }

        // Rows without a time, or with an infinite one, belong to no period.
        Assert.Equal(
            await database.ReadAsync<long>("SELECT count(*) FROM usage_logs WHERE isfinite(created_at)"),
            await database.ReadAsync<long>("SELECT sum(requests)::bigint FROM usage_months"));
        Assert.Empty(await database.FoldAsync());
    }

    [Fact]
    public async Task Sums_stay_when_rows_are_deleted_and_go_with_their_user()
    {
        await using var database = await UsageDatabase.CreateAsync(cluster);
        var (ada, bob) = (await database.AddUserAsync(), await database.AddUserAsync());
        await WriteOddRowsAsync(database, ada, await database.AddKeyAsync(ada));
        await CopyAsync(database, bob);
        await database.FoldAsync();
        const string Sums = """
            SELECT string_agg(line, E'\n' ORDER BY line) FROM (
                SELECT q::text AS line FROM usage_quarters AS q UNION ALL SELECT d::text FROM usage_days AS d UNION ALL SELECT m::text FROM usage_months AS m
                ) AS lines
            """;
        var before = await database.ReadAsync<string>(Sums);

        await database.RunAsync("DELETE FROM usage_logs");
        await database.FoldAsync();
        Assert.Equal(before, await database.ReadAsync<string>(Sums));

        await CopyAsync(database, ada);
        await database.RunAsync("DELETE FROM users WHERE id = $1", ada);
        await database.FoldAsync();
        Assert.Contains($"({ada}", before, StringComparison.Ordinal);
        Assert.Equal(
            string.Join('\n', before.Split('\n').Where(line => line.Contains($"({bob}", StringComparison.Ordinal))), await database.ReadAsync<string>(Sums));
        Assert.Equal(0L, await database.ReadAsync<long>("SELECT count(*) FROM usage_names WHERE user_id = $1", ada));
    }

    [Fact]
    public async Task While_sixteen_programs_write_and_two_replicas_fold_the_sums_are_exact_at_any_moment()
    {
        await using var database = await UsageDatabase.CreateAsync(cluster);
        var users = new List<(Guid Id, Guid Key)>();
        for (var n = 0; n < 4; n++)
        {
            var id = await database.AddUserAsync();
            users.Add((id, await database.AddKeyAsync(id)));
        }

        var checks = 0;
        var writing = Concurrently.RunAsync(16, async writer =>
        {
            for (var n = 0; n < 40 && Volatile.Read(ref checks) < 10; n++)
            {
                var (user, key) = users[(writer + n) % users.Count];
                await WriteOddRowsAsync(database, user, key);
                await CopyAsync(database, user);
            }

            return true;
        });
        UsageFold[] replicas = [database.CreateFold(), database.CreateFold()];
        while (!writing.IsCompleted)
        {
            await Task.WhenAll([.. replicas.Select(replica => replica.RunAsync(Ct)), database.ShouldBeExactAsync()]);
            Interlocked.Increment(ref checks);
        }

        await writing;
        Assert.True(checks > 2, "the writers finished before the sums were checked often enough");
        await database.FoldAsync();
        Assert.True(await database.IsFoldedAsync());
        await database.ShouldBeExactAsync();
    }

    [Fact]
    public async Task Whatever_is_folded_when_the_server_is_killed_is_neither_lost_nor_counted_twice()
    {
        await using var database = await UsageDatabase.CreateAsync(cluster);
        var user = await database.AddUserAsync();
        for (var time = 0; time < 4; time++)
        {
            await WriteManyAsync(database, user, rows: 60_000);
            await using var server = Cli.Start(database.ConnectionString, ["serve", "--urls", "http://127.0.0.1:0"]);
            await server.WaitForAddressAsync();
            var waiting = await CountAsync(database);
            await Poll.UntilAsync(TimeSpan.FromSeconds(60), "a batch is folded", async () => await CountAsync(database) < waiting);
            await server.KillAsync();
            await database.ShouldBeExactAsync(isByName: false);
        }

        await using var last = Cli.Start(database.ConnectionString, ["serve", "--urls", "http://127.0.0.1:0"]);
        await Poll.UntilAsync(TimeSpan.FromSeconds(60), "everything is folded", database.IsFoldedAsync);
        await database.ShouldBeExactAsync(isByName: false);
        Assert.Equal(240_000L, await database.ReadAsync<long>("SELECT sum(requests)::bigint FROM usage_months"));
    }

    [Fact]
    public async Task Usage_that_was_there_before_the_migration_is_counted()
    {
        var old = await PythonDatabase.CreateAsync(cluster, PythonDatabase.Documented, PythonDatabase.Rows);
        await PythonDatabase.SqlAsync<object>(
            old,
            """
            INSERT INTO usage_logs (user_id, endpoint, tokens_used, cost_usd, created_at)
            SELECT '00000000-0000-4000-8000-000000000003', '/' || i % 300, i, i / 1000000.0, '2025-01-01Z'::timestamptz + i * interval '7 minutes'
            FROM generate_series(1, 30000) AS i
            """);

        await PostgresCluster.MigrateAsync(old);

        await using var database = new UsageDatabase(old);
        await database.ShouldBeExactAsync();
        Assert.Equal(2, (await database.FoldAsync()).Count);
        Assert.True(await database.IsFoldedAsync());
        await database.ShouldBeExactAsync();
        Assert.Equal(30_001L, await database.ReadAsync<long>("SELECT sum(requests)::bigint FROM usage_days"));
    }

    /// <remarks>Another program may delete an account with millions of rows in one statement, which takes minutes.</remarks>
    [Fact]
    public async Task A_long_deletion_of_one_account_does_not_delay_the_sums_of_others()
    {
        await using var database = await UsageDatabase.CreateAsync(cluster);
        var (ada, bob) = (await database.AddUserAsync(), await database.AddUserAsync());
        await CopyAsync(database, ada);
        await CopyAsync(database, bob);
        await using var connection = await database.Source.OpenConnectionAsync(Ct);
        await using var deletion = await connection.BeginTransactionAsync(Ct);
        await using (var delete = new NpgsqlCommand("DELETE FROM users WHERE id = $1", connection) { Parameters = { new() { Value = ada } } })
        {
            await delete.ExecuteNonQueryAsync(Ct);
        }

        Assert.Equal([bob], await database.FoldAsync().WaitAsync(TimeSpan.FromSeconds(20), Ct));
        await database.ShouldBeExactAsync();

        await deletion.CommitAsync(Ct);
        Assert.Empty(await database.FoldAsync());
        await database.ShouldBeExactAsync();
    }

    [Fact]
    public async Task Listeners_learn_whose_sums_changed_and_their_failures_change_nothing()
    {
        await using var database = await UsageDatabase.CreateAsync(cluster);
        var user = await database.AddUserAsync();
        var (broken, good) = (new Listener { Fails = true }, new Listener());
        var fold = database.CreateFold(broken, good);
        await fold.RunAsync(Ct);
        Assert.Empty(good.Told);

        await WriteManyAsync(database, user, rows: 45_000);
        await CopyAsync(database, user);
        await fold.RunAsync(Ct);

        // Each run tells a listener of a user once, however many batches it needed.
        Assert.Equal([user], good.Told);
        Assert.Equal([user], broken.Told);
        Assert.True(await database.IsFoldedAsync());
        await database.ShouldBeExactAsync(isByName: false);
    }

    /// <summary>Writes what the columns allow: several rows a statement, no values, odd values, late and future rows, and corrections.</summary>
    private static async Task WriteOddRowsAsync(UsageDatabase database, Guid user, Guid key)
    {
        await database.RunAsync("INSERT INTO usage_logs (user_id, endpoint) VALUES ($1, '/defaults')", user);
        await database.RunAsync(
            """
            INSERT INTO usage_logs (user_id, api_key_id, endpoint, tokens_used, cost_usd, provider, status_code, error_message, created_at) VALUES
                ($1, $2, '/a', 7, 0.000001, 'openai', 200, NULL, now()), ($1, $2, '/a', 8, 0.000002, 'openai', 204, NULL, now()),
                ($1, $2, '/a', 8, 9999.999999, 'openai', 429, NULL, now()), ($1, $2, '/a', NULL, 'NaN', NULL, 503, 'down', now()),
                ($1, NULL, '/b', NULL, NULL, NULL, NULL, NULL, now()), ($1, NULL, '/b', 1, 'NaN', '', NULL, 'no answer', now()),
                ($1, NULL, '/c', 2147483647, 0, 'p', 42, NULL, now()), ($1, NULL, '/c', -2147483648, 0, 'p', -1, 'x', now()),
                ($1, NULL, '/c', 1, 0, 'p', 999, NULL, now()), ($1, $2, 'adjustment', -500, -12.345678, NULL, NULL, NULL, now()),
                ($1, $2, '/late', 1, 0.1, 'p', 200, NULL, now() - interval '34 days'), ($1, $2, '/old', 1, 0.1, 'p', 200, NULL, '1999-12-31 23:59:59.999999Z'),
                ($1, $2, '/ahead', 1, 0.1, 'p', 200, NULL, '2124-02-29 00:00Z'), ($1, $2, '/never', 1, 0.1, 'p', 200, NULL, NULL),
                ($1, $2, '/before', 1, 0.1, 'p', 200, NULL, '-infinity'), ($1, $2, '/after', 1, 0.1, 'p', 200, NULL, 'infinity'),
                ($1, $2, '/ancient', 1, 0.1, 'p', 200, NULL, '0044-03-15 BC'), ($1, $2, '', 1, 0.1, 'p', 200, NULL, '20000-01-01Z')
            """,
            user,
            key);
        await database.RunAsync("INSERT INTO usage_logs (user_id, endpoint) SELECT $1, '/nothing' WHERE false", user);
    }

    private static async Task CopyAsync(UsageDatabase database, Guid user)
    {
        await using var connection = await database.Source.OpenConnectionAsync(Ct);
        await using var copy = await connection.BeginBinaryImportAsync(
            "COPY usage_logs (user_id, endpoint, cost_usd, created_at) FROM STDIN (FORMAT binary)", Ct);
        for (var n = 0; n < 50; n++)
        {
            await copy.StartRowAsync(Ct);
            await copy.WriteAsync(user, Ct);
            await copy.WriteAsync($"/copied/{n % 3}", Ct);
            await copy.WriteAsync(n / 1_000_000m, NpgsqlDbType.Numeric, Ct);
            await copy.WriteAsync(DateTime.UtcNow.AddMinutes(-n), NpgsqlDbType.TimestampTz, Ct);
        }

        await copy.CompleteAsync(Ct);
    }

    /// <summary>Writes rows that have nothing in common, so that each needs a row of its own until it is folded.</summary>
    private static Task<int> WriteManyAsync(UsageDatabase database, Guid user, int rows) => database.RunAsync(
        """
        INSERT INTO usage_logs (user_id, endpoint, provider, tokens_used, cost_usd, created_at)
        SELECT $1, '/' || i % 3000, i % 7, i, i / 1000000.0, now() - i * interval '1 second' FROM generate_series(1, $2) AS i
        """,
        user,
        rows);

    private static Task<long> CountAsync(UsageDatabase database) => database.ReadAsync<long>("SELECT count(*) FROM usage_deltas");

    private sealed class Listener : IUsageFolded
    {
        public bool Fails { get; init; }

        public List<Guid> Told { get; } = [];

        public Task OnFoldedAsync(IReadOnlyCollection<Guid> users, CancellationToken cancellationToken)
        {
            Told.AddRange(users);
            return Fails ? throw new InvalidOperationException("broken") : Task.CompletedTask;
        }
    }
}
