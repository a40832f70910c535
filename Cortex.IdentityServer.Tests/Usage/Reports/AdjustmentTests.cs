using System.Net;
using System.Text.Json;
using Cortex.IdentityServer.Tests.Admin.Users;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Usage.Reports;

/// <summary>Administrators correct usage by events of their own.</summary>
public sealed class AdjustmentTests(SharedStaffApp app) : IClassFixture<SharedStaffApp>
{
    [Fact]
    public async Task A_correction_is_an_event_and_is_in_the_audit_log_and_in_reports()
    {
        var admin = await app.AdminAsync();
        var reporter = await app.NewReporterAsync();
        await reporter.Key.ReportAsync(new { endpoint = "/a", tokens_used = 2000, cost_usd = 1.5 });
        await app.FoldAsync();

        var answer = await admin.Http.PostAsync(Route(reporter.UserId), new { tokens_used = -1200, cost_usd = -0.250001m, reason = "The provider failed." });

        var added = await answer.JsonAsync(HttpStatusCode.Created);
        Assert.Equal(("adjustment", -1200), (added.GetProperty("endpoint").GetString(), added.GetProperty("tokens_used").GetInt32()));
        Assert.Equal("-0.250001", added.GetProperty("cost_usd").GetRawText());
        Assert.All(
            ["api_key_id", "provider", "status_code", "response_time_ms", "error_message"],
            name => Assert.Equal(JsonValueKind.Null, added.GetProperty(name).ValueKind));
        Assert.Equal(7, added.GetProperty("id").GetGuid().Version);

        // The owner sees the same event.
        var page = await (await reporter.Session.FetchAsync(UsageSteps.Route + "/events?endpoint=adjustment")).JsonAsync(HttpStatusCode.OK);
        Assert.Equal(added.GetRawText(), Assert.Single(page.GetProperty("items").EnumerateArray()).GetRawText());
        for (var folded = 0; folded < 2; folded++)
        {
            Assert.Equal(new(2, 800, 1.249999m, 0), (await reporter.Session.ReportAsync("?group_by=endpoint")).Totals());
            Assert.Equal(new(1, 2000, 1.5m, 0), (await reporter.Key.ReportAsync()).Totals());
            await app.FoldAsync();
        }

        var (actor, details) = await app.SingleEventAsync("usage.adjusted", reporter.UserId);
        Assert.Equal(admin.User.Id, actor);
        Assert.Equal(
            [
                ("cost_usd", "-0.250001"), ("event_id", added.GetProperty("id").GetString()!), ("reason", "The provider failed."), ("tokens_used", "-1200"),
            ],
            details.EnumerateObject().Select(field => (field.Name, field.Value.GetString()!)).Order());
    }

    [Theory]
    [InlineData("""{"tokens_used": 5, "reason": "r"}""", 5, "0")]
    [InlineData("""{"cost_usd": "9999.999999", "reason": "r"}""", 0, "9999.999999")]
    [InlineData("""{"cost_usd": -9999.999999, "tokens_used": 0, "reason": "r"}""", 0, "-9999.999999")]
    [InlineData("""{"cost_usd": "1e-6", "tokens_used": null, "reason": "r"}""", 0, "0.000001")]
    [InlineData("""{"cost_usd": 0.1000000, "tokens_used": -2147483648, "reason": "r"}""", int.MinValue, "0.1")]
    [InlineData("""{"cost_usd": null, "tokens_used": 2147483647, "reason": "r"}""", int.MaxValue, "0")]
    public async Task Amounts_are_exact(string body, int tokens, string cost)
    {
        var admin = await app.AdminAsync();
        var user = await app.RegisterAsync();

        var added = await (await admin.Http.PostTextAsync(Route(user.Id), body)).JsonAsync(HttpStatusCode.Created);

        Assert.Equal((tokens, cost), (added.GetProperty("tokens_used").GetInt32(), added.GetProperty("cost_usd").GetRawText()));
        Assert.Equal(
            $"{tokens} {cost}", await app.SqlAsync("SELECT tokens_used || ' ' || trim_scale(cost_usd) FROM usage_logs WHERE user_id = $1", user.Id));
    }

    [Theory]
    [InlineData("""{"tokens_used": 5}""", "reason")]
    [InlineData("""{"tokens_used": 5, "reason": ""}""", "reason")]
    [InlineData("""{"tokens_used": 5, "reason": "  "}""", "reason")]
    [InlineData("""{"tokens_used": 5, "reason": "a\u0000b"}""", "reason")]
    [InlineData("""{"tokens_used": 5, "reason": 1}""", "reason")]
    [InlineData("""{"reason": "r"}""", "tokens_used", "cost_usd")]
    [InlineData("""{"tokens_used": 0, "cost_usd": "-0.000000", "reason": "r"}""", "tokens_used", "cost_usd")]
    [InlineData("""{"tokens_used": 2147483648, "reason": "r"}""", "tokens_used")]
    [InlineData("""{"tokens_used": 1.5, "reason": "r"}""", "tokens_used")]
    [InlineData("""{"tokens_used": "5", "reason": "r"}""", "tokens_used")]
    [InlineData("""{"cost_usd": 0.0000001, "reason": "r"}""", "cost_usd")]
    [InlineData("""{"cost_usd": 10000, "reason": "r"}""", "cost_usd")]
    [InlineData("""{"cost_usd": "-10000", "reason": "r"}""", "cost_usd")]
    [InlineData("""{"cost_usd": "NaN", "tokens_used": 1, "reason": "r"}""", "cost_usd")]
    [InlineData("""{"cost_usd": "", "tokens_used": 1, "reason": "r"}""", "cost_usd")]
    [InlineData("""{"cost_usd": "1,5", "reason": "r"}""", "cost_usd")]
    [InlineData("""{"cost_usd": true, "tokens_used": 1, "reason": "r"}""", "cost_usd")]
    public async Task Bad_input_changes_nothing_and_is_named(string body, params string[] fields)
    {
        var admin = await app.AdminAsync();
        var user = await app.RegisterAsync();

        var problem = await (await admin.Http.PostTextAsync(Route(user.Id), body)).ShouldBeProblemAsync(400, "validation_failed");

        Assert.Equal(fields, problem.GetProperty("errors").EnumerateObject().Select(error => error.Name));
        await ShouldBeUnchangedAsync(user.Id);
    }

    [Fact]
    public async Task A_reason_has_at_most_500_characters()
    {
        var admin = await app.AdminAsync();
        var user = await app.RegisterAsync();

        await (await admin.Http.PostAsync(Route(user.Id), new { tokens_used = 1, reason = new string('r', 501) }))
            .ShouldBeProblemAsync(400, "validation_failed");
        await ShouldBeUnchangedAsync(user.Id);
        await (await admin.Http.PostAsync(Route(user.Id), new { tokens_used = 1, reason = new string('r', 500) })).ShouldBeAsync(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Only_an_administrator_who_logged_in_recently_may_correct_usage()
    {
        var user = await app.RegisterAsync();
        var body = new { tokens_used = 1, reason = "r" };

        await (await (await app.SupportAsync()).Http.PostAsync(Route(user.Id), body)).ShouldBeProblemAsync(403, "forbidden");
        await (await app.Anonymous().PostAsync(Route(user.Id), body)).ShouldBeProblemAsync(401, "unauthenticated");
        await (await (await app.AdminAsync()).Http.PostAsync(Route(Guid.NewGuid()), body)).ShouldBeProblemAsync(404, "not_found");
        await (await (await app.AdminAsync()).Http.PostAsync(Route(user.Id), new { tokens_used = 1, reason = "r", endpoint = "/a" }))
            .ShouldBeProblemAsync(400, "unknown_field");
        var stale = await app.SignUpStaffAsync();
        app.Clock.Advance(TimeSpan.FromMinutes(11));
        await (await stale.Http.PostAsync(Route(user.Id), body)).ShouldBeProblemAsync(401, "reauthentication_required");
        await ShouldBeUnchangedAsync(user.Id);
    }

    [Fact]
    public async Task Sixteen_corrections_at_once_all_count()
    {
        var admin = await app.AdminAsync();
        var user = await app.RegisterAsync();

        var statuses = await Concurrently.StatusesAsync(
            16, index => admin.Http.PostAsync(Route(user.Id), new { tokens_used = index + 1, cost_usd = -0.000001m, reason = $"number {index}" }));

        Assert.All(statuses, status => Assert.Equal(HttpStatusCode.Created, status));
        var report = await (await admin.Http.FetchAsync($"{Administrators.Users}/{user.Id}/usage")).JsonAsync(HttpStatusCode.OK);
        Assert.Equal(new(16, 136, -0.000016m, 0), report.Totals());
        Assert.Equal(16L, await app.CountEventsAsync("usage.adjusted", user.Id));
    }

    private static string Route(Guid user) => $"{Administrators.Users}/{user}/usage/adjustments";

    private async Task ShouldBeUnchangedAsync(Guid user)
    {
        Assert.Equal(0L, await app.SqlAsync("SELECT count(*) FROM usage_logs WHERE user_id = $1", user));
        Assert.Equal(0L, await app.CountEventsAsync("usage.adjusted", user));
    }
}
