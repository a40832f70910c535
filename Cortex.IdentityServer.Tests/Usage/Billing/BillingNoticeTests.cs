using System.Globalization;
using Cortex.IdentityServer.Features.Usage.Quotas;
using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Tests.Infrastructure;
using Cortex.IdentityServer.Tests.Usage.Reports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Usage.Billing;

/// <summary>The emails about the quotas of users with a subscription.</summary>
public sealed class BillingNoticeTests(SoftQuotaApp app) : IClassFixture<SoftQuotaApp>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_period_has_its_own_emails_which_tell_when_it_ends()
    {
        var caller = await app.NewReporterAsync();
        var start = app.MoveToNextQuarterHour().AddHours(-1).AddMinutes(7);
        var end = app.QuarterHour().AddMinutes(22);
        await app.SetPeriodAsync(caller.UserId, start, end);
        await app.AddRowsAsync(caller.UserId, start.AddMinutes(-7).AddSeconds(-1), 9);

        await ReportAndFoldAsync(caller, requests: 7);
        Assert.Empty(await EmailsAsync(caller, "quota_warning"));
        await ReportAndFoldAsync(caller, requests: 1);
        await ReportAndFoldAsync(caller, requests: 1);
        Assert.Equal(
            "Your account has used at least 80% of its request quota for this billing period: 8 of 10. Requests are still accepted when it is used up. "
                + $"A new billing period begins on {Text(end)}.",
            Assert.Single(await EmailsAsync(caller, "quota_warning")));

        // The renewal is late, and so are events of the first period.
        app.MoveToNextQuarterHour();
        var late = app.QuarterHour().AddMinutes(-1);
        await ReportAndFoldAsync(caller, requests: 1, late);
        Assert.Empty(await EmailsAsync(caller, "quota_used_up"));
        await ReportAndFoldAsync(caller, requests: 10);
        var next = end + (end - start);
        await app.SetPeriodAsync(caller.UserId, end, next);
        await ReportAndFoldAsync(caller, requests: 1);
        Assert.Contains(Text(next), Assert.Single(await EmailsAsync(caller, "quota_used_up")), StringComparison.Ordinal);
        Assert.Contains(Text(next), (await EmailsAsync(caller, "quota_warning"))[^1], StringComparison.Ordinal);
        Assert.Equal(2, (await EmailsAsync(caller, "quota_warning")).Count);
        Assert.Equal(
            new[] { start.AddMinutes(-7), end.AddMinutes(-7) }.Select(time => time.UtcDateTime),
            (DateTime[])(await app.SqlAsync(
                "SELECT array_agg(DISTINCT period_start ORDER BY period_start) FROM usage_notices WHERE user_id = $1", caller.UserId))!);
    }

    [Fact]
    public async Task Users_with_different_periods_are_notified_together()
    {
        var now = app.MoveToNextQuarterHour();
        var (month, day, key) = (await app.NewReporterAsync(), await app.NewReporterAsync(), await app.NewReporterAsync());
        await app.SetPeriodAsync(day.UserId, now, now.AddDays(1));
        await app.SetPeriodAsync(key.UserId, now.AddDays(-7), now.AddDays(7));
        await app.SqlAsync("UPDATE api_keys SET monthly_quota = '{\"requests\": 9}' WHERE id = $1", key.KeyId);
        await app.AddRowsAsync(month.UserId, now, 8);
        await app.AddRowsAsync(day.UserId, now.AddSeconds(-1), 8);
        await app.AddRowsAsync(day.UserId, now, 7);
        await app.SqlAsync(
            "INSERT INTO usage_logs (user_id, api_key_id, endpoint, created_at) SELECT $1, $2, '/x', $3 FROM generate_series(1, 8)", key.UserId, key.KeyId,
            now.AddDays(-3).UtcDateTime);

        await FoldAndSendAsync(month, day, key);

        Assert.Contains("quota for this month: 8 of 10.", Assert.Single(await EmailsAsync(month, "quota_warning")), StringComparison.Ordinal);
        Assert.Empty(await EmailsAsync(day, "quota_warning"));
        var texts = await EmailsAsync(key, "quota_warning");
        Assert.Equal(2, texts.Count);
        Assert.Contains(texts, text => text.Contains("of its request quota for this billing period: 8 of 10.", StringComparison.Ordinal));
        Assert.Contains(texts, text => text.Contains("of its request quota for this billing period: 8 of 9.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Missing_emails_about_a_period_that_began_in_an_earlier_month_are_sent()
    {
        var (caller, other) = (await app.NewReporterAsync(), await app.NewReporterAsync());
        var now = app.Clock.GetUtcNow();
        var earlier = new DateTimeOffset(now.Year, now.Month, 1, 0, 0, 0, TimeSpan.Zero).AddMonths(-2).AddDays(3);
        await app.AddRowsAsync(caller.UserId, earlier, 8);
        await app.AddRowsAsync(other.UserId, earlier, 8);
        await app.FoldAllAsync();
        Assert.Empty(await EmailsAsync(caller, "quota_warning"));

        await app.SetPeriodAsync(caller.UserId, earlier.AddDays(-1), earlier.AddDays(-1).AddYears(1));
        await app.Services.GetServices<IHostedService>().OfType<MissedNotices>().Single().RunAsync(Ct);
        await app.Services.GetServices<IHostedService>().OfType<MissedNotices>().Single().RunAsync(Ct);

        Assert.Single(await EmailsAsync(caller, "quota_warning"));
        Assert.Empty(await EmailsAsync(other, "quota_warning"));
    }

    [Fact]
    public async Task Emails_about_a_long_period_are_not_sent_again_when_those_of_others_are_forgotten()
    {
        var caller = await app.NewReporterAsync();
        var quarter = app.QuarterHour().AddDays(-200);
        await app.SetPeriodAsync(caller.UserId, quarter.AddMinutes(7), quarter.AddMinutes(7).AddYears(1));
        await app.SqlAsync(
            "INSERT INTO usage_notices SELECT $1, $1, $2 - days * interval '1 day', 'requests', 80, now() FROM unnest(ARRAY[0, 1, 365]) AS days", caller.UserId,
            quarter.UtcDateTime);

        foreach (var rule in app.Services.GetServices<IExpiryRule>().Where(rule => rule.Rows == "quota notices"))
        {
            await rule.ApplyAsync(app.Services.GetRequiredService<NpgsqlDataSource>(), app.Clock.GetUtcNow(), Ct);
        }

        Assert.Equal(quarter.UtcDateTime, await app.SqlAsync("SELECT period_start FROM usage_notices WHERE user_id = $1", caller.UserId));
        Assert.Equal(1L, await app.SqlAsync("SELECT count(*) FROM usage_notices WHERE user_id = $1", caller.UserId));
    }

    private async Task ReportAndFoldAsync(Reporter caller, int requests, DateTimeOffset? time = null)
    {
        await caller.Key.ReportAsync(Enumerable.Repeat(new { endpoint = "/x", created_at = (time ?? app.Clock.GetUtcNow()).Iso() }, requests).ToArray());
        await FoldAndSendAsync(caller);
    }

    /// <summary>If the server's own job has added up the usage, it may not have sent the emails yet, so they are sent here too.</summary>
    private async Task FoldAndSendAsync(params Reporter[] callers)
    {
        await app.FoldAllAsync();
        await app.Services.GetRequiredService<QuotaNotices>().OnFoldedAsync([.. callers.Select(caller => caller.UserId)], Ct);
    }

    /// <summary>Returns the first lines of the emails of a kind that the owner has received.</summary>
    private async Task<IReadOnlyList<string>> EmailsAsync(Reporter caller, string kind)
    {
        await app.WaitForEmailsAsync();
        var email = (string)(await app.SqlAsync("SELECT email FROM users WHERE id = $1", caller.UserId))!;
        return [.. (await app.Mailbox.ForAsync(email, kind)).Select(message => message.TextBody!.ReplaceLineEndings("\n").Split('\n')[0])];
    }

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("MMMM d, yyyy, HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
