using System.Diagnostics;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Faults;

/// <summary>A server is stopped under load without failing a request.</summary>
[Collection(FaultTests.Name)]
public sealed class DrainTests(TwoServers servers) : IAsyncLifetime
{
    public ValueTask InitializeAsync() => servers.RestoreAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_server_that_is_stopped_reports_not_ready_first_and_fails_no_request()
    {
        // The drain time is as long as possible, because no request may be sent after it, even if a busy machine takes longer.
        await using var server = await servers.StartAsync(servers.Postgres.ConnectionString, ("DRAIN_SECONDS", "9"));
        var load = await MixedLoad.StartAsync(server);
        var person = await server.SignUpAsync();
        var (keyId, key) = await server.NewKeyAsync(person);
        await Task.Delay(700, TestContext.Current.CancellationToken);

        Assert.Equal(204, await server.VerifyAsync(key));
        var stoppedAt = Stopwatch.GetTimestamp();
        var exit = server.Process.SignalAsync("TERM");
        await Poll.UntilAsync(TimeSpan.FromSeconds(5), "not ready", async () => (int)(await server.GetAsync("/health/ready")).StatusCode == 503);

        // A load balancer keeps sending requests until it notices that the server isn't ready.
        Assert.Equal(200, (int)(await server.GetAsync("/health/live")).StatusCode);
        await Task.Delay(1500, TestContext.Current.CancellationToken);
        await load.StopAsync();
        var run = await exit;

        Assert.True(run.ExitCode == 0, run.Errors);
        Assert.True(Stopwatch.GetElapsedTime(stoppedAt) < TimeSpan.FromSeconds(30));
        Assert.All(load.Results, answer => Assert.True(answer.Status is >= 200 and < 300, $"{answer}"));
        Assert.Contains(load.Results, answer => answer.ClosesConnection);
        ServerLog.ShouldHaveNoErrors(run.Output);
        await load.AssertNothingLostAsync(servers.A, servers.Postgres);

        // Writes that are batched each second have been flushed at shutdown.
        Assert.Equal(true, await servers.Postgres.SqlAsync("SELECT last_used_at IS NOT NULL FROM api_keys WHERE id = $1", keyId));
        Assert.Equal(true, await servers.Postgres.SqlAsync("SELECT bool_or(last_seen_at IS NOT NULL) FROM sessions WHERE user_id = $1", person.Id));
    }

    /// <remarks>Without this, a busy client could keep the server from stopping.</remarks>
    [Fact]
    public async Task Clients_that_keep_sending_are_served_until_the_drain_time_ends()
    {
        await using var server = await servers.StartAsync(servers.Postgres.ConnectionString, ("DRAIN_SECONDS", "2"));
        var load = await MixedLoad.StartAsync(server);

        var stoppedAt = Stopwatch.GetTimestamp();
        var run = await server.Process.SignalAsync("TERM");
        var elapsed = Stopwatch.GetElapsedTime(stoppedAt);
        await load.StopAsync();

        Assert.Equal(0, run.ExitCode);
        Assert.InRange(elapsed, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(30));
        Assert.All(load.Results, answer => Assert.True(answer.Status is 0 or (>= 200 and < 300), $"{answer}"));

        // After the drain time, the server no longer listens, and it closes idle connections, over some of which a request is just being sent.
        Assert.All(
            load.Results.Where(answer => answer.Status == 0),
            answer => Assert.True(
                answer.Error is HttpRequestError.ConnectionError or HttpRequestError.ResponseEnded or HttpRequestError.Unknown, $"{answer}"));
    }
}
