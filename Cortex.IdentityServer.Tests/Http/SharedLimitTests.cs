using System.Net;
using Cortex.IdentityServer.Foundation.Http.RateLimits;
using Cortex.IdentityServer.Identity.Passwords;
using Cortex.IdentityServer.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Xunit.Sdk;

namespace Cortex.IdentityServer.Tests.Http;

/// <summary>With Redis, all replicas share one count, which is exact under concurrency.</summary>
[Collection(RedisTests.Name)]
public sealed class SharedLimitTests(RedisApp app) : IClassFixture<RedisApp>
{
    private const string Lost = "doesn't answer in time";
    private const string Login = "/api/v1/auth/login";

    [Fact]
    public Task Of_200_concurrent_requests_to_two_replicas_exactly_the_limit_passes() => WhileSharedAsync(async () =>
    {
        using var second = app.StartReplica(out var replica);
        using var ends = replica;

        var statuses = await Concurrently.StatusesAsync(200, index => (index % 2 == 0 ? app.Anonymous() : second).PostTextAsync(Login, "{}"));

        Assert.Equal(50, statuses.Count(status => status == HttpStatusCode.BadRequest));
        Assert.Equal(150, statuses.Count(status => status == HttpStatusCode.TooManyRequests));
    });

    [Fact]
    public Task An_owners_keys_share_their_count_across_replicas() => WhileSharedAsync(async () =>
    {
        var (_, _, http) = await app.SignUpAsync();
        using var second = app.StartReplica(out var replica);
        using var ends = replica;
        second.DefaultRequestHeaders.Add("X-API-Key", (await CortexApp.GenerateKeyAsync(http)).Key);
        var first = app.WithKey((await CortexApp.GenerateKeyAsync(http)).Key);

        var statuses = await Concurrently.StatusesAsync(40, index => (index % 2 == 0 ? first : second).FetchAsync("/api/v1/auth/verify"));

        Assert.Equal(10, statuses.Count(status => status == HttpStatusCode.NoContent));
        Assert.Equal(30, statuses.Count(status => status == HttpStatusCode.TooManyRequests));
    });

    [Fact]
    public Task The_headers_show_the_shared_count_and_the_Redis_key_expires_with_its_window() => WhileSharedAsync(async () =>
    {
        using var second = app.StartReplica(out var replica);
        using var ends = replica;

        await app.Anonymous().PostTextAsync(Login, "{}");
        var seen = Infrastructure.RateLimitHeaders.Of(await second.PostTextAsync(Login, "{}"));

        Assert.Equal((50, 48), (seen.Limit, seen.Remaining));
        Assert.InRange(seen.Reset, 50, 60);
        await using var redis = await app.ConnectAsync();
        Assert.InRange(
            (await redis.GetDatabase().KeyTimeToLiveAsync("cortex:limit:login:127.0.0.1"))!.Value, TimeSpan.FromSeconds(50), TimeSpan.FromSeconds(60));
    });

    [Fact]
    public Task A_permit_returned_on_one_replica_can_be_taken_on_another() => WhileSharedAsync(async () =>
    {
        var counter = app.Services.GetRequiredService<RateCounter>();
        var taken = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => counter.TakeAsync(PasswordLimits.LoginFailures, "a").AsTask()));
        Assert.Equal(20, taken.Count(decision => decision.Allowed));

        await Task.WhenAll(taken.Take(25).Select(decision => counter.ReturnPermitAsync(PasswordLimits.LoginFailures, "a", decision).AsTask()));

        // Twenty permits were taken, and the first 25 requests returned theirs. Refused requests had none to return.
        var back = taken.Take(25).Count(decision => decision.Allowed);
        Assert.Equal(back - 1, (await counter.TakeAsync(PasswordLimits.LoginFailures, "a")).Remaining);
    });

    [Fact]
    public Task A_permit_is_not_returned_to_a_later_window() => WhileSharedAsync(async () =>
    {
        var counter = app.Services.GetRequiredService<RateCounter>();
        var old = await counter.TakeAsync(PasswordLimits.LoginFailures, "b");
        await using var redis = await app.ConnectAsync();
        await redis.GetDatabase().KeyDeleteAsync("cortex:limit:login_failures:b");
        await Task.Delay(50, TestContext.Current.CancellationToken);
        var aged = old with { SharedEnd = old.SharedEnd - TimeSpan.FromMilliseconds(50).Ticks };

        await counter.TakeAsync(PasswordLimits.LoginFailures, "b");
        await counter.ReturnPermitAsync(PasswordLimits.LoginFailures, "b", aged);

        Assert.Equal(18, (await counter.TakeAsync(PasswordLimits.LoginFailures, "b")).Remaining);
    });

    /// <remarks>Redis' clock ends the window, so the replicas' clocks don't have to agree.</remarks>
    [Fact]
    public Task A_window_ends_by_the_clock_of_Redis() => WhileSharedAsync(async () =>
    {
        var counter = app.Services.GetRequiredService<RateCounter>();
        var brief = new RateLimit("brief", 1, TimeSpan.FromMilliseconds(300));
        Assert.True((await counter.TakeAsync(brief, "c")).Allowed);
        var refused = await counter.TakeAsync(brief, "c");
        Assert.False(refused.Allowed);

        await Task.Delay(refused.Reset + TimeSpan.FromMilliseconds(20), TestContext.Current.CancellationToken);

        Assert.True((await counter.TakeAsync(brief, "c")).Allowed);
    });

    [Fact]
    public void The_password_of_Redis_is_never_logged() => Assert.DoesNotContain("p@ss", app.Log, StringComparison.Ordinal);

    /// <summary>
    /// Runs a test on an empty Redis, and repeats it if it failed while a replica had lost Redis: on a busy machine without a reply within 100 ms, each replica
    /// counts alone by design.
    /// </summary>
    private async Task WhileSharedAsync(Func<Task> test)
    {
        for (var left = 10; ; left--)
        {
            for (var wait = 100; !app.Services.GetRequiredService<SharedWindows>().IsUp && wait > 0; wait--)
            {
                await Task.Delay(100, TestContext.Current.CancellationToken);
            }

            var lost = app.CountLogLines(Lost);
            await EmptyAsync();
            app.Clock.Advance(TimeSpan.FromMinutes(5));
            try
            {
                await test();
                return;
            }
            catch (XunitException) when (app.CountLogLines(Lost) > lost && left > 0)
            {
            }
        }
    }

    private async Task EmptyAsync()
    {
        await using var redis = await app.ConnectAsync();
        await redis.GetDatabase().ExecuteAsync("FLUSHALL");
    }
}
