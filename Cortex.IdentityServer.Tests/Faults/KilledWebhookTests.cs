using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using Cortex.IdentityServer.Tests.Billing;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Faults;

/// <summary>Servers are killed while they receive webhooks and work on them.</summary>
[Collection(FaultTests.Name)]
public sealed class KilledWebhookTests : IAsyncLifetime
{
    /// <summary>The servers of the other tests would work on the events, too.</summary>
    private readonly KillablePostgres _postgres = new();

    private const int Users = 120;

    private static readonly int Rounds = int.Parse(Environment.GetEnvironmentVariable("FAULT_ROUNDS") ?? "4", CultureInfo.InvariantCulture);
    private static readonly byte[] Key = Encoding.UTF8.GetBytes(BillingApp.Secret);

    public async ValueTask InitializeAsync() => await _postgres.CreateAsync();

    public ValueTask DisposeAsync() => _postgres.DisposeAsync();

    [Fact]
    public async Task Nothing_that_was_acknowledged_is_lost_and_each_event_has_one_effect()
    {
        var next = StartAsync();
        for (var round = 0; round < Rounds; round++)
        {
            var acknowledged = new ConcurrentDictionary<Guid, bool>();
            Guid[] users;
            await using (var server = await next)
            {
                users = await AddUsersAsync();
                using var http = new HttpClient { BaseAddress = server.Address };
                var sending = SendAllAsync(http, users, acknowledged);
                var enough = Random.Shared.Next(1, Users);
                await Poll.UntilAsync(
                    TimeSpan.FromSeconds(20), "acknowledged webhooks", () => Task.FromResult(acknowledged.Count >= enough || sending.IsCompleted));

                // Some of the acknowledged events are being worked on, and some requests are under way.
                await Task.Delay(Random.Shared.Next(0, 30), TestContext.Current.CancellationToken);
                await server.Process.KillAsync();
                await sending;
            }

            // What was acknowledged isn't sent again, apart from every third event: its acknowledgment could have been lost on the way.
            next = StartAsync();
            var after = await next;
            using var polar = new HttpClient { BaseAddress = after.Address };
            await SendAllAsync(
                polar, [.. users.Where((user, index) => !acknowledged.ContainsKey(user) || index % 3 == 0)], acknowledged, mayFail: false);

            Assert.Equal(Users, acknowledged.Count);
            await Poll.UntilAsync(
                TimeSpan.FromSeconds(60), "all events are processed", async () => await CountAsync("billing_events WHERE processed", users) == Users);
            Assert.Equal(0L, await _postgres.SqlAsync("SELECT count(*) FROM billing_inbox"));
            Assert.Equal(Users, await CountAsync("billing_events", users));
            Assert.Equal(Users, await CountAsync("billing_subscriptions", users));
            Assert.Equal(Users, await CountAsync("audit_events WHERE action = 'billing.tier_changed'", users));
            Assert.Equal((long)Users, await _postgres.SqlAsync("SELECT count(*) FROM users WHERE id = ANY ($1) AND subscription_tier = 'pro'", users));
        }

        await (await next).DisposeAsync();
    }

    private Task<Replica> StartAsync() => Replica.StartAsync(
        _postgres.ConnectionString, ("POLAR_WEBHOOK_SECRET", BillingApp.Secret), ("POLAR_PRODUCTS", BillingApp.Products));

    private async Task<Guid[]> AddUsersAsync()
    {
        var users = Enumerable.Range(0, Users).Select(_ => Guid.NewGuid()).ToArray();
        await _postgres.SqlAsync("INSERT INTO users (id, email, password_hash) SELECT id, id || '@example.com', '!' FROM unnest($1) AS id", users);
        return users;
    }

    /// <summary>Sends one event for each user, eight at a time. A request that fails because the server is killed isn't repeated.</summary>
    private static Task SendAllAsync(
        HttpClient http, Guid[] users, ConcurrentDictionary<Guid, bool> acknowledged, bool mayFail = true) => Parallel.ForEachAsync(
        users,
        new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = TestContext.Current.CancellationToken },
        async (user, _) =>
        {
            var now = DateTimeOffset.UtcNow;
            var body = Encoding.UTF8.GetBytes(Webhooks.Body("subscription.active", now, Webhooks.Subscription($"sub {user}", user)));
            try
            {
                using var answer = await http.DeliverAsync($"event {user}", now.ToUnixTimeSeconds(), body, Key);
                Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
                acknowledged[user] = true;
            }
            catch (HttpRequestException) when (mayFail)
            {
                // The server was killed before it answered.
            }
        });

    private async Task<int> CountAsync(string rows, Guid[] users)
    {
        var sql = $"SELECT count(*)::int FROM {rows} {(rows.Contains("WHERE", StringComparison.Ordinal) ? "AND" : "WHERE")} user_id = ANY ($1)";
        return (int)(await _postgres.SqlAsync(sql, users))!;
    }
}
