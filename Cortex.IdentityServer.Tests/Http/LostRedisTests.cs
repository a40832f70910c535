using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Cortex.IdentityServer.Foundation.Http.RateLimits;
using Cortex.IdentityServer.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace Cortex.IdentityServer.Tests.Http;

/// <summary>Without Redis, replicas no longer share counts, but they keep serving requests and enforcing limits.</summary>
[Collection(RedisTests.Name)]
public sealed class LostRedisTests(RedisApp app, LateRedisApp late) : IClassFixture<RedisApp>, IClassFixture<LateRedisApp>
{
    private const string Lost = "Warning: Redis at 127.0.0.1";
    private const string Shared = "Information: Rate limits are shared";
    private const string Login = "/api/v1/auth/login";

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("stopped")]
    [InlineData("frozen")]
    public async Task Under_load_the_replica_counts_alone_and_recovers_by_itself(string how)
    {
        await UntilAsync(app, () => Windows.IsUp);
        var answers = new ConcurrentQueue<(HttpStatusCode Status, TimeSpan Took)>();
        using var stop = new CancellationTokenSource();
        var load = Task.WhenAll(Enumerable.Range(0, 8).Select(_ => LoadAsync(answers, stop.Token)));
        await MoreAsync(answers, 50);

        // A stopped Redis can't be found again, so the state can't change back from here on.
        await (how == "stopped" ? app.Redis.StopAsync() : app.Redis.FreezeAsync());
        await UntilAsync(app, () => !Windows.IsUp);
        var (lost, shared) = (app.CountLogLines(Lost), app.CountLogLines(Shared));
        await UntilAsync(app, () => answers.TakeLast(30).All(answer => answer.Status == HttpStatusCode.TooManyRequests));

        // In a new window of its own, the replica allows exactly as many requests as the limit.
        var before = answers.Count;
        var passed = Passed(answers);
        app.Clock.Advance(TimeSpan.FromMinutes(1));
        await UntilAsync(app, () => Passed(answers) - passed >= 50);
        await MoreAsync(answers, 100);
        Assert.Equal(50, Passed(answers) - passed);
        Assert.Equal((lost, shared), (app.CountLogLines(Lost), app.CountLogLines(Shared)));

        // No request waits for a Redis that is known to be unavailable, although a busy machine may delay a few.
        var alone = answers.Skip(before).Select(answer => answer.Took).Order().ToList();
        Assert.True(alone[alone.Count / 2] < TimeSpan.FromMilliseconds(100), $"{alone[alone.Count / 2]}");

        await (how == "stopped" ? app.Redis.StartAsync() : app.Redis.ThawAsync());
        await UntilAsync(app, () => app.CountLogLines(Shared) > shared);
        await MoreAsync(answers, 100);
        await stop.CancelAsync();
        await load;

        // A busy machine may lose Redis again, but the log says so once each time rather than for each request.
        Assert.InRange(app.CountLogLines(Lost) - app.CountLogLines(Shared), -1, 1);
        Assert.InRange(app.CountLogLines(Lost), 1, answers.Count / 10);
        Assert.All(answers, answer => Assert.True(answer.Status is HttpStatusCode.BadRequest or HttpStatusCode.TooManyRequests, $"{answer.Status}"));
    }

    [Fact]
    public async Task A_Redis_that_rejects_writes_counts_as_lost()
    {
        await UntilAsync(app, () => Windows.IsUp);
        app.Clock.Advance(TimeSpan.FromMinutes(1));
        await using (var redis = await app.ConnectAsync())
        {
            await redis.GetDatabase().ExecuteAsync("FLUSHALL");
            await redis.GetDatabase().ExecuteAsync("CONFIG", "SET", "min-replicas-to-write", "1");
            var statuses = await Concurrently.StatusesAsync(60, _ => app.Anonymous().PostTextAsync(Login, "{}"));
            Assert.Equal(50, statuses.Count(status => status == HttpStatusCode.BadRequest));
            await UntilAsync(app, () => !Windows.IsUp);
            var (lost, shared) = (app.CountLogLines(Lost), app.CountLogLines(Shared));

            // The number of probes in the meantime.
            await Task.Delay(2500, TestContext.Current.CancellationToken);
            Assert.Equal((lost, shared), (app.CountLogLines(Lost), app.CountLogLines(Shared)));
            Assert.Contains("it has too few replicas to accept writes (NOREPLICAS)", app.Log, StringComparison.Ordinal);
            await redis.GetDatabase().ExecuteAsync("CONFIG", "SET", "min-replicas-to-write", "0");
        }

        await UntilAsync(app, () => Windows.IsUp);
        Assert.Equal(49, Infrastructure.RateLimitHeaders.Of(await app.Anonymous().PostTextAsync(Login, "{}")).Remaining);
    }

    [Fact]
    public async Task A_replica_on_its_own_enforces_the_limit_and_continues_its_own_count()
    {
        await UntilAsync(app, () => Windows.IsUp);
        app.Clock.Advance(TimeSpan.FromMinutes(5));

        // Redis uses its own clock, so windows of earlier tests may still be open.
        await using (var redis = await app.ConnectAsync())
        {
            await redis.GetDatabase().ExecuteAsync("FLUSHALL");
        }

        var (_, _, http) = await app.SignUpAsync();
        var key = app.WithKey((await CortexApp.GenerateKeyAsync(http)).Key);
        for (var time = 0; time < 4; time++)
        {
            Assert.Equal(9 - time, Infrastructure.RateLimitHeaders.Of(await key.FetchAsync("/api/v1/auth/verify")).Remaining);
        }

        await app.Redis.StopAsync();
        var statuses = await Concurrently.StatusesAsync(30, _ => key.FetchAsync("/api/v1/auth/verify"));
        await app.Redis.StartAsync();

        Assert.Equal(6, statuses.Count(status => status == HttpStatusCode.NoContent));
        Assert.Equal(24, statuses.Count(status => status == HttpStatusCode.TooManyRequests));
    }

    [Fact]
    public async Task A_server_starts_without_Redis_and_connects_later()
    {
        await (await late.Anonymous().FetchAsync("/health")).ShouldBeAsync(HttpStatusCode.OK);
        var statuses = await Concurrently.StatusesAsync(60, _ => late.Anonymous().PostTextAsync(Login, "{}"));
        Assert.Equal(50, statuses.Count(status => status == HttpStatusCode.BadRequest));
        await Task.Delay(2000, TestContext.Current.CancellationToken);
        Assert.Equal((1, 0), (late.CountLogLines(Lost), late.CountLogLines(Shared)));

        await late.Redis.StartAsync();
        await UntilAsync(late, () => late.CountLogLines(Shared) == 1);

        // This Redis has no counts yet.
        Assert.Equal(49, Infrastructure.RateLimitHeaders.Of(await late.Anonymous().PostTextAsync(Login, "{}")).Remaining);
        Assert.Equal(1, late.CountLogLines(Lost));
    }

    private async Task LoadAsync(ConcurrentQueue<(HttpStatusCode Status, TimeSpan Took)> answers, CancellationToken stop)
    {
        var http = app.Anonymous();
        while (!stop.IsCancellationRequested)
        {
            var started = Stopwatch.GetTimestamp();
            using var answer = await http.PostTextAsync(Login, "{}");
            answers.Enqueue((answer.StatusCode, Stopwatch.GetElapsedTime(started)));
            await Task.Delay(10, CancellationToken.None);
        }
    }

    private static Task<TimeSpan> MoreAsync(ConcurrentQueue<(HttpStatusCode Status, TimeSpan Took)> answers, int more)
    {
        var before = answers.Count;
        return Poll.UntilAsync(Timeout, "answers", () => Task.FromResult(answers.Count >= before + more));
    }

    private SharedWindows Windows => app.Services.GetRequiredService<SharedWindows>();

    private static int Passed(ConcurrentQueue<(HttpStatusCode Status, TimeSpan Took)> answers) =>
        answers.Count(answer => answer.Status == HttpStatusCode.BadRequest);

    private static async Task UntilAsync(RedisApp app, Func<bool> condition)
    {
        for (var started = Stopwatch.GetTimestamp(); !condition();)
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < Timeout, app.Log);
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }
}
