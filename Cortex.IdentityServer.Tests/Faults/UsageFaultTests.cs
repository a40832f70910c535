using System.Diagnostics;
using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Faults;

/// <summary>Servers and databases that fail while usage is recorded. Nothing that was accepted is lost, and nothing is counted twice.</summary>
[Collection(FaultTests.Name)]
public sealed class UsageFaultTests(TwoServers servers) : IAsyncLifetime
{
    private const string Usage = "/api/v1/usage";

    /// <summary>The number of times that a server is killed.</summary>
    private const int Kills = 10;

    public ValueTask InitializeAsync() => servers.RestoreAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Retries_of_a_batch_record_it_once_although_the_server_is_killed_ten_times_in_the_middle()
    {
        var owner = await servers.B.SignUpAsync();
        var key = (await servers.B.NewKeyAsync(owner)).Text;
        for (var kill = 0; kill < Kills; kill++)
        {
            var events = NewEvents(1000);
            await using (var server = await servers.StartAsync(servers.Postgres.ConnectionString))
            {
                var sending = Enumerable.Range(0, 8).Select(i => SendAsync(i % 2 == 0 ? server : servers.B, key, events)).ToList();
                await Task.Delay(Random.Shared.Next(0, 120), TestContext.Current.CancellationToken);
                await server.Process.KillAsync();
                await Task.WhenAll(sending);
            }

            Assert.Equal(HttpStatusCode.Accepted, await SendAsync(servers.B, key, events));
        }

        await AssertExactAsync(owner.Id, Kills * 1000);
    }

    [Fact]
    public async Task A_server_that_is_asked_to_stop_records_every_request_that_it_has_answered()
    {
        var owner = await servers.B.SignUpAsync();
        var key = (await servers.B.NewKeyAsync(owner)).Text;
        await using var server = await servers.StartAsync(servers.Postgres.ConnectionString);

        var answers = await Concurrently.StatusesAsync(100, _ => server.GetAsync("me", key));
        await server.Process.SignalAsync("TERM");

        await AssertExactAsync(owner.Id, answers.Count(status => status == HttpStatusCode.OK));
    }

    [Fact]
    public async Task A_metered_request_leaves_a_row_within_a_second()
    {
        var owner = await servers.A.SignUpAsync();
        var key = (await servers.A.NewKeyAsync(owner)).Text;

        Assert.Equal(HttpStatusCode.NoContent, (await servers.A.GetAsync("verify?meter=1", key)).StatusCode);

        await Poll.UntilAsync(TimeSpan.FromSeconds(1), "a row", async () => await CountAsync(owner.Id) == 1);
    }

    [Fact]
    public async Task A_killed_server_loses_at_most_the_last_second_of_metered_requests_and_records_none_twice()
    {
        var owner = await servers.B.SignUpAsync();
        var key = (await servers.B.NewKeyAsync(owner)).Text;
        await using var server = await servers.StartAsync(servers.Postgres.ConnectionString);
        var clock = Stopwatch.StartNew();
        var answered = new List<TimeSpan>();

        while (clock.Elapsed < TimeSpan.FromSeconds(3))
        {
            Assert.Equal(HttpStatusCode.NoContent, (await server.GetAsync("verify?meter=1&endpoint=killed", key)).StatusCode);
            answered.Add(clock.Elapsed);
        }

        var killed = clock.Elapsed;
        await server.Process.KillAsync();

        // The statement that was running when the server was killed is either committed or rolled back soon.
        await Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
        Assert.InRange(await CountAsync(owner.Id), answered.Count(time => time < killed - TimeSpan.FromSeconds(1)), answered.Count);
        await AssertExactAsync(owner.Id, await CountAsync(owner.Id));
    }

    [Fact]
    public async Task During_an_outage_of_PostgreSQL_reports_get_503_and_metered_requests_are_recorded_afterward()
    {
        var owner = await servers.A.SignUpAsync();
        var key = (await servers.A.NewKeyAsync(owner)).Text;
        var verify = "verify?meter=1&endpoint=during";
        Assert.Equal(HttpStatusCode.NoContent, (await servers.A.GetAsync(verify, key)).StatusCode);

        await servers.Postgres.StopAsync();
        var metered = await Concurrently.StatusesAsync(50, _ => servers.A.GetAsync(verify, key));

        // Reports that fill whole batches must not keep the metered requests from being written later.
        var large = await Concurrently.StatusesAsync(7, _ => servers.A.PostAsync(Usage, NewEvents(1000), key));
        Assert.All(large, status => Assert.Equal(HttpStatusCode.ServiceUnavailable, status));
        var started = TimeProvider.System.GetTimestamp();
        var report = await servers.A.PostAsync(Usage, NewEvents(1), key);
        await servers.Postgres.StartAsync();

        await report.ShouldBeProblemAsync(503, "service_unavailable");
        Assert.True(report.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        Assert.InRange(TimeProvider.System.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(10));
        var expected = 1 + metered.Count(status => status == HttpStatusCode.NoContent);
        Assert.True(expected > 1, "no request was answered during the outage");
        await Poll.UntilAsync(TimeSpan.FromSeconds(20), "recorded requests", async () => await CountAsync(owner.Id) == expected);
    }

    [Fact]
    public async Task A_ledger_that_is_locked_refuses_reports_within_seconds()
    {
        var owner = await servers.A.SignUpAsync();
        var key = (await servers.A.NewKeyAsync(owner)).Text;
        await using (await HeldLock.TakeAsync(servers.Postgres.ConnectionString, "LOCK TABLE usage_logs"))
        {
            // Some have many events and some a single one, so that batches are of both kinds.
            var answers = await Concurrently.RunAsync(300, async i =>
            {
                var started = TimeProvider.System.GetTimestamp();
                using var answer = await servers.A.PostAsync(Usage, NewEvents(i % 4 == 0 ? 1000 : 1), key);
                return (answer.StatusCode, RetryAfter: answer.Headers.RetryAfter?.Delta, Time: TimeProvider.System.GetElapsedTime(started));
            });

            Assert.All(answers, answer => Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode));
            Assert.All(answers, answer => Assert.True(answer.RetryAfter > TimeSpan.Zero));
            Assert.All(answers, answer => Assert.InRange(answer.Time, TimeSpan.Zero, TimeSpan.FromSeconds(10)));
        }

        Assert.Equal(HttpStatusCode.Accepted, await SendAsync(servers.A, key, NewEvents(1)));
        await AssertExactAsync(owner.Id, 1);
    }

    private static object[] NewEvents(int count) =>
        [.. Enumerable.Range(0, count).Select(i => (object)new { id = Guid.NewGuid(), endpoint = $"/v1/{i % 5}", tokens_used = i, cost_usd = "0.000001" })];

    /// <summary>Returns the status, or null if the connection broke.</summary>
    private static async Task<HttpStatusCode?> SendAsync(Replica server, string key, object[] events)
    {
        try
        {
            using var answer = await server.PostAsync(Usage, events, key);
            return answer.StatusCode;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    private async Task<long> CountAsync(Guid userId) => await ReadAsync<long>("SELECT count(*) FROM usage_logs WHERE user_id = $1", userId);

    /// <summary>Asserts the number of rows, and that the sums equal the rows to the last micro-dollar, whether they are folded or not.</summary>
    private async Task AssertExactAsync(Guid userId, long rows)
    {
        Assert.Equal(rows, await CountAsync(userId));
        Assert.True(await ReadAsync<bool>(
            """
            SELECT (SELECT (count(*), coalesce(sum(tokens_used), 0), trim_scale(coalesce(sum(cost_usd), 0)))::text FROM usage_logs WHERE user_id = $1)
                = (SELECT (coalesce(sum(requests), 0), coalesce(sum(tokens_used), 0), trim_scale(coalesce(sum(cost_micros), 0) * 0.000001))::text FROM (
                    SELECT requests, tokens_used, cost_micros FROM usage_quarters WHERE user_id = $1
                    UNION ALL SELECT requests, tokens_used, cost_micros FROM usage_deltas WHERE user_id = $1) AS sums)
            """,
            userId));
    }

    private async Task<T> ReadAsync<T>(string sql, Guid userId) => (T)(await servers.Postgres.SqlAsync(sql, userId))!;
}
