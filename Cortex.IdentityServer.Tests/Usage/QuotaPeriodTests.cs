using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Usage;

/// <summary>The month ends while hard quotas are in use.</summary>
public sealed class QuotaPeriodTests(HardQuotaApp app) : IClassFixture<HardQuotaApp>
{
    private const string Me = "/api/v1/auth/me";

    [Fact]
    public async Task A_new_month_starts_from_zero_and_requests_that_still_wait_belong_to_the_old_one()
    {
        var caller = await app.NewReporterAsync();
        var now = app.Clock.GetUtcNow();
        var end = new DateTimeOffset(now.Year, now.Month, 1, 0, 0, 0, TimeSpan.Zero).AddMonths(1);
        app.Clock.Advance(end.AddSeconds(-1) - now);

        var before = await Concurrently.StatusesAsync(16, _ => caller.Key.FetchAsync(Me));
        app.Clock.Advance(TimeSpan.FromSeconds(2));
        var after = await Concurrently.StatusesAsync(16, _ => caller.Key.FetchAsync(Me));

        Assert.Equal(10, before.Count(status => status == HttpStatusCode.OK));
        Assert.Equal(10, after.Count(status => status == HttpStatusCode.OK));
        await Poll.UntilAsync(TimeSpan.FromSeconds(10), "rows of both months", async () => await CountAsync(caller, end) is "10, 10");
        var left = (await caller.Key.FetchAsync("/api/v1/auth/verify")).Headers.GetValues("X-Quota-Remaining");
        Assert.Equal("requests=0, tokens=1000, cost_usd=1.5", string.Join("|", left));
    }

    /// <summary>Returns the numbers of rows before and after a time.</summary>
    private Task<object?> CountAsync(Reporter caller, DateTimeOffset time) => app.SqlAsync(
        "SELECT format('%s, %s', count(*) FILTER (WHERE created_at < $2), count(*) FILTER (WHERE created_at >= $2)) FROM usage_logs WHERE user_id = $1",
        caller.UserId, time);
}
