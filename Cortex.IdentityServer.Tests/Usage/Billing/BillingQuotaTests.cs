using System.Net;
using System.Text.Json;
using Cortex.IdentityServer.Tests.Infrastructure;
using Cortex.IdentityServer.Tests.Usage.Reports;

namespace Cortex.IdentityServer.Tests.Usage.Billing;

/// <summary>Hard quotas of users with a subscription, without Redis.</summary>
public sealed class BillingQuotaTests(HardQuotaApp app) : IClassFixture<HardQuotaApp>
{
    private const string Me = "/api/v1/auth/me";

    /// <summary>How long after its quarter-hour the periods of these tests start.</summary>
    private static readonly TimeSpan Minutes = new(0, 0, 7, 3, 250);

    [Fact]
    public async Task A_user_sees_the_period_of_the_subscription_and_what_was_used_since_the_quarter_hour_in_which_it_starts()
    {
        var (caller, service) = (await app.NewReporterAsync(), await app.NewReporterAsync("introspect"));
        await app.SqlAsync("UPDATE users SET subscription_tier = 'pro' WHERE id = $1", service.UserId);
        await app.SqlAsync("UPDATE api_keys SET monthly_quota = '{\"tokens\": 50}' WHERE id = $1", caller.KeyId);
        var quarter = app.QuarterHour().AddHours(-2);
        var (start, end) = (quarter + Minutes, (quarter + Minutes).AddMonths(1));
        await app.SetPeriodAsync(caller.UserId, start, end);

        await caller.Key.ReportAsync(new[]
        {
            Event(quarter.AddDays(-20), 100), Event(quarter.AddHours(-1), 200), Event(quarter.AddSeconds(-1), 400),
            Event(quarter, 1), Event(quarter.AddMinutes(5), 2), Event(start.AddSeconds(1), 4), Event(start.AddHours(1), 8),
        });

        foreach (var isFolded in new[] { false, true })
        {
            foreach (var client in new[] { caller.Key, caller.Session })
            {
                var quota = await client.QuotaAsync();
                Assert.Equal((start, end), quota.Period());
                Assert.Equal(end, quota.GetProperty("resets_at").GetDateTimeOffset());
                Assert.Equal((15m, 4m), (quota.Used("tokens"), quota.Used("requests")));
                Assert.True(quota.GetProperty("allowed").GetBoolean());
            }

            Assert.Equal(15, (await caller.Key.QuotaAsync()).Used("tokens", "key_limits"));
            Assert.Equal("requests=6, tokens=35, cost_usd=1.5", (await caller.Key.FetchAsync("/api/v1/auth/verify")).Remaining());
            if (!isFolded)
            {
                await app.FoldAsync();
            }
        }

        foreach (var token in new[] { Credential(caller.Key, "X-API-Key"), Credential(caller.Session, "Authorization")["Bearer ".Length..] })
        {
            var quota = await IntrospectAsync(service, token);
            Assert.Equal((true, end), (quota.GetProperty("allowed").GetBoolean(), quota.GetProperty("resets_at").GetDateTimeOffset()));
        }
    }

    [Fact]
    public async Task A_limit_refuses_until_the_period_ends_and_not_longer_even_if_the_renewal_is_late()
    {
        var (caller, service) = (await app.NewReporterAsync(), await app.NewReporterAsync("introspect"));
        await app.SqlAsync("UPDATE users SET subscription_tier = 'pro' WHERE id = $1", service.UserId);
        var end = app.MoveToNextQuarterHour().AddMinutes(30) + Minutes;
        var start = end.AddDays(-1);
        await app.SetPeriodAsync(caller.UserId, start, end);
        await caller.Key.ReportAsync(Enumerable.Repeat(Event(start - Minutes - TimeSpan.FromSeconds(1), 100), 9).ToArray());

        var statuses = await Concurrently.StatusesAsync(16, _ => caller.Key.FetchAsync(Me));

        Assert.Equal(10, statuses.Count(status => status == HttpStatusCode.OK));
        var refused = await caller.Key.FetchAsync(Me);
        var problem = await refused.ShouldBeProblemAsync(429, "quota_exceeded");
        Assert.Equal(Math.Ceiling((end - app.Clock.GetUtcNow()).TotalSeconds), refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds);
        Assert.Contains($"until {end.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'} is used up", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        var introspected = await IntrospectAsync(service, Credential(caller.Key, "X-API-Key"));
        Assert.Equal((false, end), (introspected.GetProperty("allowed").GetBoolean(), introspected.GetProperty("resets_at").GetDateTimeOffset()));

        app.Clock.Advance(end - Minutes - TimeSpan.FromSeconds(1) - app.Clock.GetUtcNow());
        await (await caller.Key.FetchAsync(Me)).ShouldBeProblemAsync(429, "quota_exceeded");
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        await (await caller.Key.FetchAsync(Me)).ShouldBeAsync(HttpStatusCode.OK);

        // Billing hears of the renewal a few hours later, and nothing changes.
        var renewed = await caller.Key.QuotaAsync();
        Assert.Equal(((end, end.AddDays(1)), 1m), (renewed.Period(), renewed.Used("requests")));
        app.Clock.Advance(TimeSpan.FromHours(3));
        await app.SetPeriodAsync(caller.UserId, end, end.AddDays(1));
        renewed = await caller.Key.QuotaAsync();
        Assert.Equal(((end, end.AddDays(1)), 1m), (renewed.Period(), renewed.Used("requests")));
        Assert.Equal(9, (await Concurrently.StatusesAsync(16, _ => caller.Key.FetchAsync(Me))).Count(status => status == HttpStatusCode.OK));
    }

    [Fact]
    public async Task A_new_period_and_the_end_of_a_subscription_take_effect_at_once_on_all_replicas()
    {
        var caller = await app.NewReporterAsync();
        using var there = app.StartReplica(caller, out var replica);
        using (replica)
        {
            // Both have the key and its owner in memory.
            await (await there.FetchAsync("/api/v1/auth/verify")).ShouldBeAsync(HttpStatusCode.NoContent);
            var first = app.MoveToNextQuarterHour();
            Assert.Equal(10, (await Concurrently.StatusesAsync(16, _ => caller.Key.FetchAsync(Me))).Count(status => status == HttpStatusCode.OK));
            // In the same quarter-hour, the usage of before counts too.
            await app.SetPeriodAsync(caller.UserId, app.Clock.GetUtcNow(), app.Clock.GetUtcNow().AddMonths(1));
            await Poll.UntilAsync(TimeSpan.FromSeconds(10), "all rows", async () => (await caller.Key.QuotaAsync()).Used("requests") == 10);
            await (await caller.Key.FetchAsync(Me)).ShouldBeProblemAsync(429, "quota_exceeded");

            var second = app.MoveToNextQuarterHour();
            await app.SetPeriodAsync(caller.UserId, second, second.AddYears(1));
            Assert.Equal("requests=9, tokens=1000, cost_usd=1.5", (await caller.Key.FetchAsync(Me)).Remaining());
            Assert.Equal(HttpStatusCode.OK, (await there.FetchUntilStatusAsync(Me, HttpStatusCode.OK)).StatusCode);
            await Poll.UntilAsync(
                TimeSpan.FromSeconds(10), "the other replica's request", async () => (await caller.Key.QuotaAsync()).Used("requests") == 2);

            // All of this is in one month, unless a new one has just begun.
            await app.EndSubscriptionAsync(caller.UserId);
            var month = new DateTimeOffset(second.Year, second.Month, 1, 0, 0, 0, TimeSpan.Zero);
            var (used, status) = first.Month == second.Month ? (12, HttpStatusCode.TooManyRequests) : (2, HttpStatusCode.OK);
            var quota = await caller.Key.QuotaAsync();
            Assert.Equal(((month, month.AddMonths(1)), used), (quota.Period(), quota.Used("requests")));
            Assert.Equal(status, (await caller.Key.FetchAsync(Me)).StatusCode);
            Assert.Equal(status, (await there.FetchUntilStatusAsync(Me, status)).StatusCode);
        }
    }

    [Fact]
    public async Task Late_events_count_in_the_period_of_their_time_whichever_periods_are_in_memory()
    {
        var caller = await app.NewReporterAsync();
        var now = app.MoveToNextQuarterHour();
        (DateTimeOffset Start, DateTimeOffset End)[] periods =
            [(now.AddDays(-9), now.AddDays(1)), (now.AddHours(-6), now.AddHours(6)), (now, now.AddMonths(1))];
        await caller.Key.ReportAsync(Event(now.AddDays(-5), 1));

        for (var round = 0; round < 3; round++)
        {
            foreach (var (start, end) in periods)
            {
                await app.SetPeriodAsync(caller.UserId, start, end);
                await (await caller.Key.FetchAsync("/api/v1/auth/verify")).ShouldBeAsync(HttpStatusCode.NoContent);
                await caller.Key.ReportAsync(new[]
                {
                    Event(now.AddDays(-9).AddSeconds(-1), 500), Event(now.AddDays(-9), 1), Event(now.AddHours(-6).AddSeconds(-1), 2),
                    Event(now.AddHours(-6), 4), Event(now.AddSeconds(-1), 8), Event(now, 16),
                });

                // This header shows the counts in memory, and the quota what is read.
                var shown = (await caller.Key.FetchAsync("/api/v1/auth/verify")).Remaining();
                var expected = (long)(await app.SqlAsync(
                    "SELECT sum(tokens_used) FROM usage_logs WHERE user_id = $1 AND created_at >= $2 AND created_at < $3", caller.UserId, start.UtcDateTime,
                    end.UtcDateTime))!;
                Assert.Contains($"tokens={1000 - expected},", shown, StringComparison.Ordinal);
                Assert.Equal(expected, (await caller.Session.QuotaAsync()).Used("tokens"));
            }

            await app.FoldAsync();
        }
    }

    [Fact]
    public async Task Requests_in_progress_while_the_period_changes_are_counted_once()
    {
        var caller = await app.NewReporterAsync();
        await app.SqlAsync("UPDATE users SET subscription_tier = 'pro' WHERE id = $1", caller.UserId);
        var now = app.MoveToNextQuarterHour();
        var sending = Concurrently.RunAsync(8, async _ =>
        {
            for (var i = 0; i < 100; i++)
            {
                await (await caller.Key.FetchAsync(Me)).ShouldBeAsync(HttpStatusCode.OK);
            }

            return true;
        });

        for (var days = 1; !sending.IsCompleted; days++)
        {
            await app.SetPeriodAsync(caller.UserId, now.AddDays(-days % 3), now.AddDays(1));
        }

        await sending;
        await Poll.UntilAsync(TimeSpan.FromSeconds(10), "all rows", async () => await app.CountRowsAsync(caller.UserId) == 800);
        for (var days = 0; days < 3; days++)
        {
            await app.SetPeriodAsync(caller.UserId, now.AddDays(-days), now.AddDays(1));
            Assert.Equal("requests=99200", (await caller.Key.FetchAsync("/api/v1/auth/verify")).Remaining());
        }
    }

    [Fact]
    public async Task A_period_of_a_year_counts_all_of_its_months()
    {
        var caller = await app.NewReporterAsync();
        await app.SqlAsync("UPDATE users SET subscription_tier = 'pro' WHERE id = $1", caller.UserId);
        var (start, end) = (app.QuarterHour().AddDays(-300), app.QuarterHour().AddDays(-300).AddYears(1));
        await app.SetPeriodAsync(caller.UserId, start, end);
        await app.WriteRandomRowsAsync(caller.UserId, start.AddDays(-60), app.Clock.GetUtcNow(), 2000);
        var expected = (long)(await app.SqlAsync("SELECT count(*) FROM usage_logs WHERE user_id = $1 AND created_at >= $2", caller.UserId, start.UtcDateTime))!;

        Assert.InRange(expected, 1, 1999);
        Assert.Equal(((start, end), expected), ((await caller.Key.QuotaAsync()).Period(), (long)(await caller.Key.QuotaAsync()).Used("requests")));
        await app.FoldAsync();
        Assert.Equal(expected, (long)(await caller.Key.QuotaAsync()).Used("requests"));
    }

    [Theory]
    [InlineData("now()", "NULL")]
    [InlineData("NULL", "now()")]
    [InlineData("now()", "now()")]
    [InlineData("now()", "now() - interval '1 month'")]
    [InlineData("'-infinity'", "'infinity'")]
    [InlineData("now()", "'294276-01-01'")]
    public async Task A_period_that_another_program_spoiled_counts_as_none(string start, string end)
    {
        var caller = await app.NewReporterAsync();
        await app.SqlAsync($"UPDATE users SET billing_period_start = {start}, billing_period_end = {end} WHERE id = $1", caller.UserId);

        await (await caller.Key.FetchAsync(Me)).ShouldBeAsync(HttpStatusCode.OK);
        var now = app.Clock.GetUtcNow();
        var month = new DateTimeOffset(now.Year, now.Month, 1, 0, 0, 0, TimeSpan.Zero);
        Assert.Equal((month, month.AddMonths(1)), (await caller.Key.QuotaAsync()).Period());
        Assert.Equal((month, month.AddMonths(1)), (await caller.Session.QuotaAsync()).Period());
    }

    private static object Event(DateTimeOffset time, int tokens) => new { endpoint = "/x", tokens_used = tokens, created_at = time.Iso() };

    private static string Credential(HttpClient client, string header) => client.DefaultRequestHeaders.GetValues(header).Single();

    private static async Task<JsonElement> IntrospectAsync(Reporter service, string token) =>
        (await (await service.Key.PostAsync("/api/v1/auth/introspect", new { token })).JsonAsync(HttpStatusCode.OK)).GetProperty("quota");
}
