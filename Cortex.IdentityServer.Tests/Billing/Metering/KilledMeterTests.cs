using System.Globalization;
using Cortex.IdentityServer.Tests.Faults;
using Cortex.IdentityServer.Tests.Infrastructure;
using Cortex.IdentityServer.Tests.Usage.Sums;
using Cortex.Polar;

namespace Cortex.IdentityServer.Tests.Billing.Metering;

/// <summary>A server is killed while it adds usage up, closes hours, or sends events to a Polar that fails too.</summary>
public sealed class KilledMeterTests(PostgresCluster cluster)
{
    private const int Users = 8;
    private const int RowsPerRound = 3_000;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(120);

    /// <summary>The number of times that a server is killed, which <c>FAULT_ROUNDS</c> can increase.</summary>
    private static readonly int Rounds = int.Parse(Environment.GetEnvironmentVariable("FAULT_ROUNDS") ?? "5", CultureInfo.InvariantCulture);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whenever_a_server_is_killed_what_Polar_has_in_the_end_is_the_ledger()
    {
        await using var polar = await PolarStub.StartAsync(new() { AccessToken = MeterSteps.AccessToken, RequestsPerMinute = 100_000 }, Ct);
        await using var database = await UsageDatabase.CreateAsync(cluster);
        var users = new List<Guid>();
        for (var n = 0; n < Users; n++)
        {
            users.Add(await database.AddUserAsync());
        }

        for (var round = 0; round < Rounds; round++)
        {
            await WriteAsync(database, users);
            Misbehave(polar);
            await using var server = await StartAsync(database, polar);
            await Task.Delay(Random.Shared.Next(6_000), Ct);
            await server.Process.KillAsync();
            await PassAnHourAsync(database);
        }

        polar.Faults.Clear();
        await using (await StartAsync(database, polar))
        await using (await StartAsync(database, polar))
        {
            await Poll.UntilAsync(Timeout, "everything is folded", database.IsFoldedAsync);
            await PassAnHourAsync(database);
            await Poll.UntilAsync(Timeout, "everything is sent", async () => await database.ReadAsync<bool>(
                "SELECT NOT EXISTS (SELECT FROM billing_meter_hours) AND NOT EXISTS (SELECT FROM billing_meter_events WHERE accepted_at IS NULL)"));
        }

        foreach (var (property, column) in new[] { ("requests", "requests"), ("tokens_used", "tokens_used"), ("cost_usd", "cost_micros * 0.000001") })
        {
            var sums = polar.Usage.Sums(property);
            foreach (var user in users)
            {
                Assert.Equal(
                    await database.ReadAsync<decimal>($"SELECT sum({column})::numeric FROM usage_months WHERE user_id = $1", user), sums[user.ToString()]);
            }
        }

        Assert.Equal((decimal)Rounds * RowsPerRound, polar.Usage.Sums("requests").Values.Sum());
        Assert.Equal(await database.ReadAsync<long>("SELECT count(*) FROM billing_meter_events"), polar.Usage.Accepted.Count);
        Assert.Equal(
            await database.ReadAsync<string[]>("SELECT array_agg(external_id ORDER BY external_id COLLATE \"C\") FROM billing_meter_events"),
            polar.Usage.Accepted.Select(item => item.ExternalId!).Order(StringComparer.Ordinal));
        MeterFailureTests.AssertContentNeverChanges(polar);
    }

    private static Task<Replica> StartAsync(UsageDatabase database, PolarStub polar) =>
        Replica.StartAsync(database.ConnectionString, [.. MeterSteps.Settings(polar.Url)]);

    private static Task<int> WriteAsync(UsageDatabase database, List<Guid> users) => database.RunAsync(
        """
        INSERT INTO usage_logs (user_id, endpoint, provider, tokens_used, cost_usd, created_at)
        SELECT ($1::uuid[])[1 + floor(random() * cardinality($1))], '/' || number % 3, (ARRAY['openai', 'mistral', NULL])[1 + floor(random() * 3)],
            (random() * 1000 - 10)::int, (random() * 2 - 0.02)::numeric(10, 6), now() - interval '2 hours' - random() * interval '40 hours'
        FROM generate_series(1, $2) AS number
        """,
        users.ToArray(),
        RowsPerRound);

    private static void Misbehave(PolarStub polar)
    {
        PolarFault[] faults =
        [
            new PolarFault.LostAnswer(), new PolarFault.HalfAnswer(), new PolarFault.LostRequest(), new PolarFault.Status(500),
            new PolarFault.Slow(TimeSpan.FromMilliseconds(700)),
        ];
        for (var n = 0; n < 3; n++)
        {
            polar.Faults.Add(faults[Random.Shared.Next(faults.Length)], "/v1/events/ingest");
        }
    }

    /// <summary>Late usage waits an hour for the next event of its hour.</summary>
    private static Task<int> PassAnHourAsync(UsageDatabase database) =>
        database.RunAsync("UPDATE billing_meter_events SET created_at = created_at - interval '61 minutes'");
}
