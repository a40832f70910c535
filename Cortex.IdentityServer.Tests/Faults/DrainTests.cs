using System.Diagnostics;

namespace Cortex.IdentityServer.Tests.Faults;

/// <summary>A server is replaced while clients are busy, and none of them notices.</summary>
[Collection(FaultTests.Name)]
public sealed class DrainTests(TwoServers servers) : IAsyncLifetime
{
    public ValueTask InitializeAsync() => servers.RestoreAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_server_that_is_asked_to_stop_says_so_first_and_fails_no_request()
    {
        // All the time that there is: on a busy machine it takes longer to look, and nothing may be asked after it.
        await using var server = await servers.StartAsync(servers.Postgres.ConnectionString, ("DRAIN_SECONDS", "9"));
        var load = await MixedLoad.StartAsync(server);
        var person = await server.SignUpAsync();
        var (keyId, key) = await server.NewKeyAsync(person);
        await Task.Delay(700, TestContext.Current.CancellationToken);

        Assert.Equal(204, await server.VerifyAsync(key));
        var askedAt = Stopwatch.GetTimestamp();
        var ending = server.Process.SignalAsync("TERM");
        await Poll.UntilAsync(TimeSpan.FromSeconds(5), "not ready", async () => (int)(await server.GetAsync("/health/ready")).StatusCode == 503);

        // As long as a load balancer needs to see that, it sends more.
        Assert.Equal(200, (int)(await server.GetAsync("/health/live")).StatusCode);
        await Task.Delay(1500, TestContext.Current.CancellationToken);
        await load.StopAsync();
        var run = await ending;

        Assert.True(run.ExitCode == 0, run.Errors);
        Assert.True(Stopwatch.GetElapsedTime(askedAt) < TimeSpan.FromSeconds(30));
        Assert.All(load.Results, answer => Assert.True(answer.Status is >= 200 and < 300, $"{answer}"));
        Assert.Contains(load.Results, answer => answer.ClosesConnection);
        Assert.DoesNotContain("fail:", run.Output, StringComparison.Ordinal);
        await load.AssertNothingLostAsync(servers.A, servers.Postgres);

        // What was to be written each second was written at the end.
        Assert.Equal(true, await servers.Postgres.SqlAsync("SELECT last_used_at IS NOT NULL FROM api_keys WHERE id = $1", keyId));
        Assert.Equal(true, await servers.Postgres.SqlAsync("SELECT bool_or(last_seen_at IS NOT NULL) FROM sessions WHERE user_id = $1", person.Id));
    }

    /// <remarks>It would else keep the server for as long as it likes.</remarks>
    [Fact]
    public async Task Clients_that_go_on_and_on_are_answered_until_the_drain_time_ends()
    {
        await using var server = await servers.StartAsync(servers.Postgres.ConnectionString, ("DRAIN_SECONDS", "2"));
        var load = await MixedLoad.StartAsync(server);

        var askedAt = Stopwatch.GetTimestamp();
        var run = await server.Process.SignalAsync("TERM");
        var took = Stopwatch.GetElapsedTime(askedAt);
        await load.StopAsync();

        Assert.Equal(0, run.ExitCode);
        Assert.InRange(took, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(30));
        Assert.All(load.Results, answer => Assert.True(answer.Status is 0 or (>= 200 and < 300), $"{answer}"));

        // After the drain time it listens no more, and a connection on which nothing was asked yet is closed.
        Assert.All(
            load.Results.Where(answer => answer.Status == 0),
            answer => Assert.True(answer.Error is HttpRequestError.ConnectionError or HttpRequestError.ResponseEnded, $"{answer}"));
    }
}
