using System.Net;
using System.Net.Http.Json;
using Cortex.IdentityServer.Features.Usage.Quotas;
using Cortex.IdentityServer.Features.Usage.Sums;
using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Tests.Infrastructure;
using Cortex.IdentityServer.Tests.Usage.Reports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Usage;

/// <summary>The emails at 80% and at 100% of a quota.</summary>
public sealed class QuotaNoticeTests(SoftQuotaApp app) : IClassFixture<SoftQuotaApp>
{
    [Fact]
    public async Task The_owner_gets_one_email_at_80_percent_and_one_when_the_quota_is_used_up()
    {
        var caller = await app.NewReporterAsync();

        await ReportAndFoldAsync(caller, requests: 7);
        Assert.Equal("", await NoticesAsync(caller));

        await ReportAndFoldAsync(caller, requests: 1);
        await FoldAsync();
        Assert.Equal("quota_warning 1", await NoticesAsync(caller));

        await ReportAndFoldAsync(caller, requests: 5);
        await ReportAndFoldAsync(caller, requests: 5);
        Assert.Equal("quota_used_up 1, quota_warning 1", await NoticesAsync(caller));

        // In soft mode, requests are still accepted.
        await (await caller.Key.FetchAsync("/api/v1/auth/me")).ShouldBeAsync(HttpStatusCode.OK);
        var email = (string)(await app.SqlAsync("SELECT email FROM users WHERE id = $1", caller.UserId))!;
        var warning = Assert.Single(await app.Mailbox.ForAsync(email, "quota_warning"));
        Assert.Contains("Your account has used at least 80% of its request quota for this month: 8 of 10.", warning.TextBody, StringComparison.Ordinal);
        var usedUp = Assert.Single(await app.Mailbox.ForAsync(email, "quota_used_up"));
        Assert.Contains(
            "Your account has used up its request quota for this month: 13 of 10. Requests are still accepted.", usedUp.TextBody, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_metric_and_each_key_has_its_own_email()
    {
        var caller = await app.NewReporterAsync();
        await app.SqlAsync("UPDATE api_keys SET monthly_quota = '{\"requests\": 1}' WHERE id = $1", caller.KeyId);

        await caller.Key.ReportAsync(new { endpoint = "x", tokens_used = 5000 });
        await FoldAsync();

        Assert.Equal("quota_used_up 2, quota_warning 2", await NoticesAsync(caller));
        var email = (string)(await app.SqlAsync("SELECT email FROM users WHERE id = $1", caller.UserId))!;
        var texts = (await app.Mailbox.ForAsync(email, "quota_used_up")).Select(message => message.TextBody!).Order(StringComparer.Ordinal).ToList();
        Assert.StartsWith("Your API key ctx_", texts[0], StringComparison.Ordinal);
        Assert.Contains("request quota for this month: 1 of 1.", texts[0], StringComparison.Ordinal);
        Assert.StartsWith("Your account has used up its token quota for this month: 5,000 of 1,000.", texts[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Costs_are_shown_in_dollars_and_cents()
    {
        var caller = await app.NewReporterAsync();
        await app.SqlAsync("UPDATE api_keys SET monthly_quota = '{\"cost_micros\": 2000000000}' WHERE id = $1", caller.KeyId);

        await caller.Key.ReportAsync(new { endpoint = "x", cost_usd = "1700.5" });
        await FoldAsync();

        Assert.Equal("quota_warning 1", await NoticesAsync(caller));
        var email = (string)(await app.SqlAsync("SELECT email FROM users WHERE id = $1", caller.UserId))!;
        var warning = Assert.Single(await app.Mailbox.ForAsync(email, "quota_warning"));
        Assert.Contains("of its cost quota for this month: $1,700.50 of $2,000.00.", warning.TextBody, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sixteen_replicas_at_once_send_one_email()
    {
        var caller = await app.NewReporterAsync();
        await caller.Key.ReportAsync(Enumerable.Repeat(new { endpoint = "x" }, 8).ToArray());

        var listeners = app.Services.GetServices<IUsageFolded>().ToList();
        await Concurrently.RunAsync(16, async _ =>
        {
            foreach (var listener in listeners)
            {
                await listener.OnFoldedAsync([caller.UserId], TestContext.Current.CancellationToken);
            }

            return true;
        });

        Assert.Equal("quota_warning 1", await NoticesAsync(caller));
    }

    [Fact]
    public async Task An_email_that_a_killed_server_did_not_send_is_sent_when_a_server_starts()
    {
        var caller = await app.NewReporterAsync();
        await caller.Key.ReportAsync(Enumerable.Repeat(new { endpoint = "x" }, 10).ToArray());

        // A server that is killed after it has committed the sums notifies nobody.
        using var killed = new UsageFold(app.Services.GetRequiredService<NpgsqlDataSource>(), [], [], app.Clock, NullLogger<UsageFold>.Instance);
        await killed.RunAsync(TestContext.Current.CancellationToken);
        Assert.Equal("", await NoticesAsync(caller));

        using var http = app.StartReplica(out var replica);
        using (replica)
        {
            await Poll.UntilAsync(
                TimeSpan.FromSeconds(10), "emails about quotas", async () => await NoticesAsync(caller) == "quota_used_up 1, quota_warning 1");
        }

        await SendMissedAsync();
        Assert.Equal("quota_used_up 1, quota_warning 1", await NoticesAsync(caller));
    }

    [Fact]
    public async Task A_quota_that_is_lowered_below_what_is_used_sends_its_emails_without_new_usage()
    {
        var (caller, admin) = (await app.NewReporterAsync(), await app.SignUpStaffAsync());
        await ReportAndFoldAsync(caller, requests: 5);
        await app.FoldAllAsync();
        Assert.Equal("", await NoticesAsync(caller));

        var quota = new { requests = 6 };
        await (await admin.Http.PutAsJsonAsync($"/api/v1/admin/users/{caller.UserId}/quota", quota, TestContext.Current.CancellationToken))
            .ShouldBeAsync(HttpStatusCode.OK);
        await SendMissedAsync();

        Assert.Equal("quota_warning 1", await NoticesAsync(caller));
    }

    [Fact]
    public async Task A_user_who_is_being_deleted_does_not_keep_others_from_being_notified()
    {
        var (gone, caller) = (await app.NewReporterAsync(), await app.NewReporterAsync());
        await gone.Key.ReportAsync(Enumerable.Repeat(new { endpoint = "x" }, 8).ToArray());
        await caller.Key.ReportAsync(Enumerable.Repeat(new { endpoint = "x" }, 8).ToArray());
        var notices = app.Services.GetRequiredService<QuotaNotices>();

        await using (await HeldLock.TakeAsync(app.ConnectionString, $"DELETE FROM users WHERE id = '{gone.UserId}'"))
        {
            using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            await notices.SendAsync([gone.UserId, caller.UserId], timeout.Token);
            Assert.Equal("quota_warning 1", await NoticesAsync(caller));
            Assert.Equal("", await NoticesAsync(gone));
        }

        // The deletion was rolled back.
        await notices.SendAsync([gone.UserId, caller.UserId], TestContext.Current.CancellationToken);
        Assert.Equal("quota_warning 1", await NoticesAsync(gone));
        Assert.Equal("quota_warning 1", await NoticesAsync(caller));
    }

    [Fact]
    public async Task A_key_whose_quota_another_program_spoiled_does_not_keep_others_from_being_notified()
    {
        var caller = await app.NewReporterAsync();
        await app.SqlAsync("UPDATE api_keys SET monthly_quota = '[]' WHERE id = $1", caller.KeyId);

        await ReportAndFoldAsync(caller, requests: 8);

        Assert.Equal("quota_warning 1", await NoticesAsync(caller));
    }

    [Fact]
    public async Task Claims_of_notices_are_deleted_after_their_period()
    {
        var caller = await app.NewReporterAsync();
        await app.SqlAsync("INSERT INTO usage_notices SELECT $1, $1, now() - interval '101 days', 'requests', 80, now()", caller.UserId);
        await app.SqlAsync("INSERT INTO usage_notices SELECT $1, $1, now() - interval '31 days', 'requests', 80, now()", caller.UserId);

        foreach (var rule in app.Services.GetServices<IExpiryRule>().Where(rule => rule.Rows == "quota notices"))
        {
            await rule.ApplyAsync(app.Services.GetRequiredService<NpgsqlDataSource>(), DateTimeOffset.UtcNow, TestContext.Current.CancellationToken);
        }

        Assert.Equal(1L, await app.SqlAsync("SELECT count(*) FROM usage_notices WHERE user_id = $1", caller.UserId));
    }

    private Task SendMissedAsync() =>
        app.Services.GetServices<IHostedService>().OfType<MissedNotices>().Single().RunAsync(TestContext.Current.CancellationToken);

    private async Task ReportAndFoldAsync(Reporter caller, int requests)
    {
        await caller.Key.ReportAsync(Enumerable.Repeat(new { endpoint = "x" }, requests).ToArray());
        await FoldAsync();
    }

    private async Task FoldAsync() =>
        await app.Services.GetServices<IHostedService>().OfType<UsageFold>().Single().RunAsync(TestContext.Current.CancellationToken);

    /// <summary>Returns the number of emails of each kind that the owner has received.</summary>
    private async Task<string> NoticesAsync(Reporter caller)
    {
        await app.WaitForEmailsAsync();
        var email = (string)(await app.SqlAsync("SELECT email FROM users WHERE id = $1", caller.UserId))!;
        var kinds = new List<string>();
        foreach (var kind in new[] { "quota_used_up", "quota_warning" })
        {
            kinds.AddRange((await app.Mailbox.ForAsync(email, kind)).Count is > 0 and var count ? [$"{kind} {count}"] : []);
        }

        return string.Join(", ", kinds);
    }
}
