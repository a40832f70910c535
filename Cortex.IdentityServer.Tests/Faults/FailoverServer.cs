using System.Diagnostics;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Faults;

/// <summary>A server under steady load whose PostgreSQL fails over, and what its clients saw.</summary>
internal sealed class FailoverServer : IAsyncDisposable
{
    /// <summary>The maximum time from when the new primary accepts writes.</summary>
    public static readonly TimeSpan PromisedLimit = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(1);

    private readonly Replica _server;
    private readonly Person _endedBefore;
    private readonly Person _endedAfter;
    private readonly SteadyLoad _load;
    private readonly ReadinessLog _readiness;
    private TimeSpan _recoveryTime;
    private long _readyAt;

    private FailoverServer(Replica server, Person endedBefore, Person endedAfter, SteadyLoad load)
    {
        (_server, _endedBefore, _endedAfter, _load) = (server, endedBefore, endedAfter, load);
        _readiness = ReadinessLog.Start(server);
    }

    public static async Task<FailoverServer> StartAsync(string connectionString)
    {
        var server = await Replica.StartAsync(connectionString, ("TRUSTED_PROXIES", "127.0.0.1"));
        var started = new FailoverServer(server, await SignUpCachedAsync(server), await SignUpCachedAsync(server), await SteadyLoad.StartAsync(server));
        await started.WaitForResponsesAsync(100);
        return started;
    }

    /// <summary>Signs up a person whose token the server has cached.</summary>
    public static async Task<Person> SignUpCachedAsync(Replica server)
    {
        var person = await server.SignUpAsync();
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal(204, await server.VerifyAsync(person.Token));
        }

        return person;
    }

    public static Task<object?> EndSessionsAsync(int port, Person person) =>
        StandbyPair.SqlAsync(port, "UPDATE sessions SET ended_at = now() WHERE user_id = $1", person.Id);

    /// <summary>Ends a session on the primary that is about to die.</summary>
    public Task EndSessionBeforeAsync(int port) => EndSessionsAsync(port, _endedBefore);

    /// <summary>Ends a session on the new primary.</summary>
    public Task EndSessionAfterAsync(int port) => EndSessionsAsync(port, _endedAfter);

    public Task WaitUntilUnreadyAsync(long diedAt) => Poll.UntilAsync(
        Timeout, "not ready", () => Task.FromResult(_readiness.Results.Any(answer => answer.BeganAt > diedAt && answer.Status == 503)));

    public async Task WaitUntilReadyAsync(long promotedAt)
    {
        await WaitForWriteAsync(promotedAt);
        _recoveryTime = Stopwatch.GetElapsedTime(promotedAt);
        await Poll.UntilAsync(
            Timeout, "readiness", () => Task.FromResult(_readiness.Results.Any(answer => answer.BeganAt > promotedAt && answer.Status == 200)));
        _readyAt = Stopwatch.GetTimestamp();
        foreach (var ended in new[] { _endedBefore, _endedAfter })
        {
            Assert.Equal(401, await _server.VerifyAsync(ended.Token));
        }

        await WaitForWriteAsync(_readyAt);
        await WaitForResponsesAsync(100);
        await _load.StopAsync();
        await _readiness.StopAsync();
    }

    public async Task AssertRecoveredAsync(int port, long beforeDeath, long diedAt, long promotionAt)
    {
        Assert.True(_recoveryTime < PromisedLimit, $"writes succeeded after {_recoveryTime.TotalSeconds:0.0} s");
        ServerLog.ShouldHaveNoErrors(_server.Process.Output);
        Assert.All(_load.Results, answer => Assert.True(answer.Status is 0 or 503 or (>= 200 and < 300), $"{answer}"));
        Assert.Contains(_load.Results, answer => answer.Status == 503);
        await _load.AssertNothingLostAsync(port);
        Assert.All(_readiness.Between(0, beforeDeath), answer => Assert.Equal(200, answer.Status));
        Assert.All(_readiness.Between(diedAt, promotionAt), answer => Assert.Equal(503, answer.Status));
        Assert.All(_readiness.Between(_readyAt, long.MaxValue), answer => Assert.Equal(200, answer.Status));
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private Task<TimeSpan> WaitForResponsesAsync(int more)
    {
        var before = _load.Results.Count;
        return Poll.UntilAsync(Timeout, "responses", () => Task.FromResult(_load.Results.Count > before + more));
    }

    private Task<TimeSpan> WaitForWriteAsync(long moment) => Poll.UntilAsync(Timeout, "writes", () => Task.FromResult(_load.LastWriteAt > moment));
}
