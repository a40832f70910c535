using Cortex.IdentityServer.Features.Billing.Metering;
using Cortex.IdentityServer.Tests.Infrastructure;
using Cortex.IdentityServer.Tests.Usage.Sums;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Cortex.IdentityServer.Tests.Billing.Metering;

/// <summary>Whatever replicas do at the same time, the events and what isn't in one yet together are the ledger, to the last micro-dollar.</summary>
public sealed class MeteredSumsTests(PostgresCluster cluster)
{
    private const int Writers = 4;
    private const int Rounds = 12;
    private const int RowsPerWrite = 40;

    private static readonly MeterFoldTarget Target = new(new(TimeSpan.FromDays(400), TimeSpan.FromDays(35)));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task While_programs_write_and_two_replicas_fold_and_close_each_request_is_in_exactly_one_event()
    {
        await using var database = await UsageDatabase.CreateAsync(cluster);
        var users = new List<Guid>();
        for (var n = 0; n < 5; n++)
        {
            users.Add(await database.AddUserAsync());
        }

        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var months = new MeteredMonths(database.Source);
        for (var round = 0; round < Rounds; round++)
        {
            await Task.WhenAll(
                [
                    .. Enumerable.Range(0, Writers).Select(_ => WriteAsync(database, users)),
                    .. Enumerable.Range(0, 2).Select(_ => FoldAndCloseAsync()),
                    ShouldBeExactAsync(),
                ]);
            clock.Advance(MeterClosing.MinDistance);
        }

        await FoldAndCloseAsync();
        clock.Advance(MeterClosing.MinDistance);
        await FoldAndCloseAsync();
        await ShouldBeExactAsync();
        Assert.Equal(0L, await database.ReadAsync<long>("SELECT count(*) FROM billing_meter_hours"));
        Assert.Equal(
            (long)Writers * Rounds * RowsPerWrite, await database.ReadAsync<long>("SELECT sum(requests)::bigint FROM billing_meter_events"));
        Assert.True(await database.ReadAsync<bool>("SELECT max(number) > 3 FROM billing_meter_events"));
        Assert.True(await database.ReadAsync<bool>(
            "SELECT bool_and(last = count) FROM (SELECT max(number) AS last, count(*) FROM billing_meter_events GROUP BY user_id, hour, provider) AS hours"));

        async Task FoldAndCloseAsync()
        {
            await database.CreateFold([Target]).RunAsync(Ct);
            await new MeterClosing(database.Source, clock, NullLogger<MeterClosing>.Instance).RunAsync(Ct);
        }

        // A statement sees each change as a whole.
        async Task ShouldBeExactAsync()
        {
            var now = TimeProvider.System.GetUtcNow();
            for (var month = new DateOnly(now.Year, now.Month, 1).AddMonths(-1); month <= DateOnly.FromDateTime(now.UtcDateTime); month = month.AddMonths(1))
            {
                foreach (var user in await months.ReadAsync(month, Guid.Empty, limit: 100, userId: null, onlyDifferences: false, Ct))
                {
                    Assert.Equal(user.Used, Add(user.Created, user.Pending));
                }
            }
        }
    }

    /// <remarks>The account is deleted while a replica adds its usage up, and both wait for the same rows.</remarks>
    [Fact]
    public async Task An_account_that_is_deleted_while_its_usage_is_folded_leaves_nothing_to_send()
    {
        await using var database = await UsageDatabase.CreateAsync(cluster);
        var (user, other) = (await database.AddUserAsync(), await database.AddUserAsync());
        await WriteAsync(database, [user]);
        await database.CreateFold([Target]).RunAsync(Ct);
        await WriteAsync(database, [user, other]);

        Task folding, deleting;
        await using (await HeldLock.TakeAsync(database.ConnectionString, "SELECT FROM usage_months FOR UPDATE"))
        {
            folding = database.CreateFold([Target]).RunAsync(Ct);
            await WaitAsync(waiting: 1);
            deleting = database.RunAsync("DELETE FROM users WHERE id = $1", user);
            await WaitAsync(waiting: 2);
        }

        await Task.WhenAll(folding, deleting);
        Assert.Equal([other], await database.ReadAsync<Guid[]>("SELECT array_agg(DISTINCT user_id) FROM billing_meter_hours"));

        Task WaitAsync(long waiting) => Poll.UntilAsync(TimeSpan.FromSeconds(20), "a lock", async () => await database.ReadAsync<long>(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") == waiting);
    }

    private static MeterSums Add(MeterSums one, MeterSums other) =>
        new(one.Requests + other.Requests, one.TokensUsed + other.TokensUsed, one.CostMicros + other.CostMicros);

    private static async Task WriteAsync(UsageDatabase database, List<Guid> users)
    {
        for (var time = 0; time < 4; time++)
        {
            await database.RunAsync(
                """
                INSERT INTO usage_logs (user_id, endpoint, provider, tokens_used, cost_usd, created_at)
                SELECT ($1::uuid[])[1 + floor(random() * cardinality($1))], '/' || number % 3, (ARRAY['openai', 'mistral', NULL, ''])[1 + floor(random() * 4)],
                    (random() * 1000 - 100)::int, (random() * 2 - 0.2)::numeric(10, 6), now() - interval '2 hours' - random() * interval '12 hours'
                FROM generate_series(1, $2) AS number
                """,
                users.ToArray(),
                RowsPerWrite / 4);
            await Task.Delay(Random.Shared.Next(20), Ct);
        }
    }
}
