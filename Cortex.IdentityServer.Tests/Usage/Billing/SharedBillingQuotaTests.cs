using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Usage.Billing;

/// <summary>Hard quotas of users with a subscription, over two replicas with Redis.</summary>
[Collection(RedisTests.Name)]
public sealed class SharedBillingQuotaTests(RedisQuotaApp app) : IClassFixture<RedisQuotaApp>
{
    private const string Me = "/api/v1/auth/me";

    [Fact]
    public async Task Each_period_lets_exactly_its_number_of_requests_through_and_starts_from_the_ledger()
    {
        var caller = await app.NewReporterAsync();
        using var there = app.StartReplica(caller, out var replica);
        using (replica)
        {
            var first = app.MoveToNextQuarterHour();
            await app.AddRowsAsync(caller.UserId, first.AddSeconds(-1), 900);
            await app.AddRowsAsync(caller.UserId, first, 980);
            await StartPeriodAsync(first.AddMinutes(3), first.AddMonths(1));
            Assert.Equal(20, await CountAllowedAsync(60));
            Assert.Equal("1000", await CounterAsync($"{first:yyyy-MM-dd'T'HH:mm}"));

            // The counter of the first period isn't touched any more.
            var second = app.MoveToNextQuarterHour();
            await StartPeriodAsync(second, second.AddYears(1));
            Assert.Equal(1000, await CountAllowedAsync(1100));
            Assert.Equal("1000", await CounterAsync($"{first:yyyy-MM-dd'T'HH:mm}"));
            Assert.Equal("1000", await CounterAsync($"{second:yyyy-MM-dd'T'HH:mm}"));
            await Poll.UntilAsync(TimeSpan.FromSeconds(10), "all rows", async () => await app.CountRowsAsync(caller.UserId) == 2900);

            // A counter that is lost, and those of an earlier start and of the month, begin with what the ledger has.
            await WaitUntilKnownAsync();
            await app.Redis.ExecuteAsync(["FLUSHALL"]);
            Assert.Equal(0, await CountAllowedAsync(20));
            await StartPeriodAsync(first.AddMinutes(-15), second.AddYears(1));
            Assert.Equal(0, await CountAllowedAsync(20));
            await app.EndSubscriptionAsync(caller.UserId);
            await WaitUntilKnownAsync();
            Assert.Equal(0, await CountAllowedAsync(20));
        }

        async Task StartPeriodAsync(DateTimeOffset start, DateTimeOffset end)
        {
            await app.SetPeriodAsync(caller.UserId, start, end);
            await WaitUntilKnownAsync();
        }

        // Reading the quota also reads what the other replica has added to the ledger.
        Task WaitUntilKnownAsync() => Poll.UntilAsync(
            TimeSpan.FromSeconds(10),
            "a replica that knows the period",
            async () => (await there.QuotaAsync()).Period() == (await caller.Key.QuotaAsync()).Period());

        async Task<int> CountAllowedAsync(int times) =>
            (await Concurrently.StatusesAsync(times, i => (i % 2 == 0 ? caller.Key : there).FetchAsync(Me))).Count(status => status == HttpStatusCode.OK);

        async Task<string?> CounterAsync(string start)
        {
            await using var redis = await app.ConnectAsync();
            return await redis.GetDatabase().StringGetAsync($"cortex:limit:quota:{{{caller.UserId:N}}}:user:{start}");
        }
    }

    [Fact]
    public async Task A_counter_expires_a_day_after_its_period_and_that_of_a_month_is_named_by_its_date()
    {
        var caller = await app.NewReporterAsync();
        var now = app.Clock.GetUtcNow();
        var month = new DateTimeOffset(now.Year, now.Month, 1, 0, 0, 0, TimeSpan.Zero);
        var (start, end) = (app.QuarterHour().AddDays(-3).AddMinutes(1), app.QuarterHour().AddDays(4).AddMinutes(1));
        await (await caller.Key.FetchAsync(Me)).ShouldBeAsync(HttpStatusCode.OK);
        await app.SetPeriodAsync(caller.UserId, start, end);
        await (await caller.Key.FetchAsync(Me)).ShouldBeAsync(HttpStatusCode.OK);

        await using var redis = await app.ConnectAsync();
        foreach (var (counter, to) in new[] { ($"{month:yyyy-MM-dd}", month.AddMonths(1)), ($"{start.AddMinutes(-1):yyyy-MM-dd'T'HH:mm}", end) })
        {
            // A period that begins at midnight is named by its date too.
            var name = $"cortex:limit:quota:{{{caller.UserId:N}}}:user:{counter.Replace("T00:00", "", StringComparison.Ordinal)}";
            var life = await redis.GetDatabase().KeyTimeToLiveAsync(name);
            Assert.InRange(now + life!.Value - to, TimeSpan.FromDays(1) - TimeSpan.FromMinutes(1), TimeSpan.FromDays(1) + TimeSpan.FromMinutes(1));
        }
    }
}
