using System.Globalization;
using System.Text.Json.Nodes;
using Cortex.IdentityServer.Tests.Usage;

namespace Cortex.IdentityServer.Tests.Billing.Metering;

/// <summary>Usage reaches Polar as it was recorded.</summary>
public sealed class MeterSendingTests(PolarUsageApp app) : IClassFixture<PolarUsageApp>
{
    [Fact]
    public async Task An_event_says_whose_usage_it_is_when_it_happened_and_what_it_cost()
    {
        var hour = app.ThisHour().AddHours(-3);
        var user = await app.NewReporterAsync();
        await app.UseAsync(user, hour.AddMinutes(5), tokens: 480_000, cost: "3.000001");
        await app.UseAsync(user, hour.AddMinutes(50), tokens: 2, cost: "0.75");
        await app.UseAsync(user, hour, provider: null, tokens: 5, cost: "0");
        await app.UseAsync(user, hour.AddHours(-1), provider: "mistral", tokens: 7, cost: "999.9999");
        await app.UseAsync(user, hour.AddHours(-2), provider: "mistral", tokens: 7, cost: "1000");
        await app.SqlAsync(
            "INSERT INTO usage_logs (user_id, endpoint, tokens_used, cost_usd, created_at) VALUES ($1, 'adjustment', -500, -12.345678, $2)",
            user.UserId,
            hour.AddHours(-3).UtcDateTime);
        await app.FoldAsync();
        await app.CloseAsync();

        await app.SendAsync();

        Expect(hour, "openai", """{"requests": 2, "tokens_used": 480002, "cost_usd": 3.750001, "_cost": {"amount": "375.0001", "currency": "usd"}}""");
        Expect(hour, "", """{"requests": 1, "tokens_used": 5, "cost_usd": 0}""");
        Expect(
            hour.AddHours(-1), "mistral", """{"requests": 1, "tokens_used": 7, "cost_usd": 999.9999, "_cost": {"amount": "99999.99", "currency": "usd"}}""");

        // Polar takes no cost of 1,000 dollars and more in one event.
        Expect(hour.AddHours(-2), "mistral", """{"requests": 1, "tokens_used": 7, "cost_usd": 1000}""");
        Expect(
            hour.AddHours(-3), "",
            """{"requests": 1, "tokens_used": -500, "cost_usd": -12.345678, "_cost": {"amount": "-1234.5678", "currency": "usd"}}""");

        void Expect(DateTimeOffset hour, string provider, string metadata)
        {
            var sent = Sent().Single(item => item["external_id"]!.GetValue<string>() == MeterSteps.ExternalId(user.UserId, hour, provider, 1));
            var expected = new JsonObject
            {
                ["name"] = MeterSteps.EventName,
                ["external_customer_id"] = user.UserId.ToString(),
                ["external_id"] = MeterSteps.ExternalId(user.UserId, hour, provider, 1),
                ["timestamp"] = sent["timestamp"]!.DeepClone(),
                ["metadata"] = JsonNode.Parse(metadata)!,
            };
            Assert.Equal(hour.AddHours(1).AddSeconds(-1), sent["timestamp"]!.GetValue<DateTimeOffset>());
            expected["metadata"]!["hour"] = hour.UtcDateTime.ToString("yyyy-MM-ddTHH':00:00Z'", CultureInfo.InvariantCulture);
            expected["metadata"]!["number"] = 1;
            if (provider.Length > 0)
            {
                expected["metadata"]!["provider"] = provider;
            }

            Assert.True(JsonNode.DeepEquals(expected, sent), $"expected {expected.ToJsonString()}\nwas {sent.ToJsonString()}");
        }
    }

    [Fact]
    public async Task What_Polar_has_in_the_end_is_the_ledger()
    {
        var users = new List<Reporter>();
        for (var n = 0; n < 3; n++)
        {
            users.Add(await app.NewReporterAsync());
        }

        for (var round = 0; round < 6; round++)
        {
            foreach (var user in users)
            {
                await user.Key.ReportAsync(Enumerable.Range(0, 20).Select(_ => new
                {
                    endpoint = $"/{Random.Shared.Next(3)}",
                    provider = new[] { "openai", "mistral", null }[Random.Shared.Next(3)],
                    tokens_used = Random.Shared.Next(10_000),
                    cost_usd = (Random.Shared.Next(20_000_000) / 1_000_000m).ToString(CultureInfo.InvariantCulture),
                    created_at = (app.Clock.GetUtcNow() - TimeSpan.FromMinutes(Random.Shared.Next(600))).Iso(),
                }).ToArray());
            }

            await app.FoldAsync();
            await app.CloseAsync();
            app.Clock.Advance(TimeSpan.FromMinutes(Random.Shared.Next(90)));
        }

        await app.FoldAsync();
        app.Clock.Advance(TimeSpan.FromHours(3));
        await app.CloseAsync();
        await app.SendAsync();

        foreach (var user in users)
        {
            var id = user.UserId.ToString();
            var (requests, tokens, cost) =
                (app.Polar.Usage.Sum(id, "requests"), app.Polar.Usage.Sum(id, "tokens_used"), app.Polar.Usage.Sum(id, "cost_usd"));
            Assert.Equal(
                await app.LedgerAsync(user.UserId),
                string.Create(CultureInfo.InvariantCulture, $"{requests} requests, {tokens} tokens, {cost:0.######} dollars"));
            Assert.Equal(cost * 100, app.Polar.Usage.Sum(id, "_cost.amount"));
            Assert.Equal(120, requests);
        }
    }

    [Fact]
    public async Task Events_are_sent_in_large_batches_the_oldest_hours_first_by_one_replica_at_a_time()
    {
        var before = app.Polar.Usage.Batches.Count;
        using var _ = app.StartReplica(out var replica);
        using (replica)
        {
            var ids = await app.NewEventsAsync(1_600);
            await app.SqlAsync(
                "UPDATE billing_meter_events SET hour = hour - number * interval '1 hour' - (random() * 400)::int * interval '1 hour' "
                    + "WHERE external_id = ANY ($1)",
                [ids]);
            await app.SendAsync();

            Assert.All(ids, id => Assert.Equal(1, app.Polar.Usage.Seen[id]));
        }

        Assert.Equal([500, 500, 500, 100], app.Polar.Usage.Batches.Skip(before));
        var hours = Sent().TakeLast(1_600).Select(item => item["metadata"]!["hour"]!.GetValue<DateTimeOffset>()).Chunk(500).ToList();
        Assert.All(hours.Zip(hours.Skip(1)), pair => Assert.True(pair.First.Max() <= pair.Second.Min()));
        Assert.Equal(0, await app.CountAsync("sent_at IS NULL OR accepted_at < sent_at"));
    }

    [Fact]
    public async Task Usage_of_a_deleted_account_is_not_sent()
    {
        app.Polar.Faults.Add(new Polar.PolarFault.Status(500), times: int.MaxValue);
        var ids = await app.NewEventsAsync(2);
        await app.SqlAsync("DELETE FROM users WHERE id = (SELECT user_id FROM billing_meter_events WHERE external_id = $1)", ids[0]);
        await app.SqlAsync("UPDATE users SET deleted_at = now() WHERE id = (SELECT user_id FROM billing_meter_events WHERE external_id = $1)", ids[1]);
        var last = await app.NewEventsAsync(1);
        app.Polar.Faults.Clear();

        await app.LetTimePassUntilAsync(
            "the last event is sent", async () => await app.CountAsync($"external_id = '{last[0]}' AND accepted_at IS NOT NULL") == 1);

        Assert.DoesNotContain(app.Polar.Usage.Accepted, item => ids.Contains(item.ExternalId));
        await app.SqlAsync("DELETE FROM users WHERE deleted_at IS NOT NULL");
    }

    [Fact]
    public async Task The_access_token_is_in_no_log()
    {
        app.Polar.Faults.Add(new Polar.PolarFault.Status(401), "/v1/events/ingest");
        await app.NewEventsAsync(1);
        await app.SendAsync();

        Assert.Contains("doesn't accept the access token", app.Log, StringComparison.Ordinal);
        Assert.DoesNotContain(MeterSteps.AccessToken, app.Log, StringComparison.Ordinal);
    }

    /// <summary>All events of all requests, in the order in which they were sent.</summary>
    private IEnumerable<JsonNode> Sent() =>
        app.Polar.RequestsTo("/v1/events/ingest").SelectMany(request => JsonNode.Parse(request.Body)!["events"]!.AsArray()).Select(item => item!);
}
