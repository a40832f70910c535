using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Usage;

/// <summary>Hard quotas without Redis.</summary>
public sealed class QuotaTests(HardQuotaApp app) : IClassFixture<HardQuotaApp>
{
    private const string Me = "/api/v1/auth/me";

    [Fact]
    public async Task A_hard_quota_lets_exactly_its_number_of_parallel_requests_through()
    {
        var caller = await app.NewReporterAsync();

        var answers = await Concurrently.RunAsync(30, _ => caller.Key.FetchAsync(Me));

        Assert.Equal(10, answers.Count(answer => answer.StatusCode == HttpStatusCode.OK));
        var refused = answers.Where(answer => answer.StatusCode != HttpStatusCode.OK).ToList();
        foreach (var answer in refused)
        {
            await answer.ShouldBeProblemAsync(429, "quota_exceeded");
            Assert.Equal("requests=0, tokens=1000, cost_usd=1.5", Remaining(answer));
            var now = app.Clock.GetUtcNow();
            var end = new DateTimeOffset(now.Year, now.Month, 1, 0, 0, 0, TimeSpan.Zero).AddMonths(1);
            Assert.InRange(answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds, (end - now).TotalSeconds - 60, (end - now).TotalSeconds + 60);
        }

        var quota = await QuotaOf(caller.Session);
        Assert.False(quota.GetProperty("allowed").GetBoolean());
        Assert.Equal((10m, 10m, 0m), LimitOf(quota, "limits", "requests"));
    }

    [Fact]
    public async Task Every_answer_to_a_key_with_a_quota_shows_what_is_left()
    {
        var caller = await app.NewReporterAsync();

        Assert.Equal("requests=9, tokens=1000, cost_usd=1.5", Remaining(await caller.Key.FetchAsync(Me)));
        Assert.Equal("requests=9, tokens=1000, cost_usd=1.5", Remaining(await caller.Key.FetchAsync("/api/v1/auth/verify")));
        await caller.Key.ReportAsync(new { endpoint = "x", tokens_used = 100, cost_usd = 0.25m });
        Assert.Equal("requests=8, tokens=900, cost_usd=1.25", Remaining(await caller.Key.FetchAsync("/api/v1/auth/verify")));
        Assert.Equal("requests=7, tokens=900, cost_usd=1.25", Remaining(await caller.Key.FetchAsync("/api/v1/auth/verify?meter=1")));
        Assert.Equal("requests=7, tokens=900, cost_usd=1.25", Remaining(await caller.Key.FetchAsync("/api/v1/auth/sessions")));
        Assert.Equal("requests=7, tokens=900, cost_usd=1.25", Remaining(await caller.Key.FetchAsync("/api/v1/usage")));
        Assert.False((await caller.Session.FetchAsync(Me)).Headers.Contains("X-Quota-Remaining"));
    }

    [Fact]
    public async Task Tokens_and_cost_that_were_reported_refuse_the_next_request_and_the_report_itself_is_always_recorded()
    {
        var (tokens, cost) = (await app.NewReporterAsync(), await app.NewReporterAsync());

        await tokens.Key.ReportAsync(new { endpoint = "x", tokens_used = 1500 });
        await cost.Key.ReportAsync(new { endpoint = "x", cost_usd = 1.5m });

        await (await tokens.Key.FetchAsync(Me)).ShouldBeProblemAsync(429, "quota_exceeded");
        await (await cost.Key.FetchAsync("/api/v1/auth/verify?meter=1")).ShouldBeProblemAsync(429, "quota_exceeded");
        await (await cost.Key.FetchAsync("/api/v1/auth/verify")).ShouldBeAsync(HttpStatusCode.NoContent);
        Assert.Equal((1, 0), await tokens.Key.ReportAsync(new { endpoint = "x", tokens_used = 1500 }));
        Assert.Equal((1000m, 3000m, 0m), LimitOf(await QuotaOf(tokens.Key), "limits", "tokens"));
    }

    [Fact]
    public async Task Introspection_says_whether_the_quota_allows_another_request()
    {
        var (caller, service) = (await app.NewReporterAsync(), await app.NewReporterAsync("introspect"));
        await app.SqlAsync("UPDATE users SET subscription_tier = 'pro' WHERE id = $1", service.UserId);
        var key = caller.Key.DefaultRequestHeaders.GetValues("X-API-Key").Single();
        var token = caller.Session.DefaultRequestHeaders.Authorization!.Parameter!;

        Assert.True((await IntrospectAsync(service, key)).GetProperty("quota").GetProperty("allowed").GetBoolean());
        await caller.Key.ReportAsync(new { endpoint = "x", tokens_used = 1000 });
        Assert.False((await IntrospectAsync(service, key)).GetProperty("quota").GetProperty("allowed").GetBoolean());
        Assert.False((await IntrospectAsync(service, token)).GetProperty("quota").GetProperty("allowed").GetBoolean());
        Assert.True((await IntrospectAsync(service, key)).GetProperty("active").GetBoolean());

        // Introspection itself isn't counted.
        Assert.Equal((10m, 1m, 9m), LimitOf(await QuotaOf(caller.Session), "limits", "requests"));
    }

    [Fact]
    public async Task A_tier_without_a_quota_has_none()
    {
        var caller = await app.NewReporterAsync();
        await app.SqlAsync("UPDATE users SET subscription_tier = 'enterprise' WHERE id = $1", caller.UserId);

        var statuses = await Concurrently.StatusesAsync(20, _ => caller.Key.FetchAsync(Me));

        Assert.All(statuses, status => Assert.Equal(HttpStatusCode.OK, status));
        Assert.False((await caller.Key.FetchAsync(Me)).Headers.Contains("X-Quota-Remaining"));
        var quota = await QuotaOf(caller.Key);
        Assert.Equal("enterprise", quota.GetProperty("subscription_tier").GetString());
        Assert.Empty(quota.GetProperty("limits").EnumerateArray());
        Assert.True(quota.GetProperty("allowed").GetBoolean());
    }

    [Fact]
    public async Task A_key_has_a_quota_of_its_own_and_other_keys_of_the_owner_do_not()
    {
        var (_, _, http) = await app.SignUpAsync();
        var body = new { name = "small", monthly_quota = new { requests = 3, cost_usd = "0.5" } };
        var created = await (await http.PostAsync("/api/v1/auth/api-keys/generate", body)).JsonAsync(HttpStatusCode.Created);
        Assert.Equal(3, created.GetProperty("monthly_quota").GetProperty("requests").GetInt64());
        var key = app.WithKey(created.GetProperty("key").GetString()!);
        var other = app.WithKey((await CortexApp.GenerateKeyAsync(http)).Key);

        var statuses = await Concurrently.StatusesAsync(8, _ => key.FetchAsync(Me));

        Assert.Equal(3, statuses.Count(status => status == HttpStatusCode.OK));
        Assert.Equal("requests=6, tokens=1000, cost_usd=1.5", Remaining(await other.FetchAsync(Me)));
        var quota = await QuotaOf(key);
        Assert.Equal((3m, 3m, 0m), LimitOf(quota, "key_limits", "requests"));
        Assert.Equal((0.5m, 0m, 0.5m), LimitOf(quota, "key_limits", "cost_usd"));
        Assert.Equal((10m, 4m, 6m), LimitOf(quota, "limits", "requests"));
        Assert.False(quota.GetProperty("allowed").GetBoolean());

        var id = created.GetProperty("id").GetGuid();
        var listed = (await (await http.FetchAsync("/api/v1/auth/api-keys")).JsonAsync(HttpStatusCode.OK)).EnumerateArray()
            .Single(item => item.GetProperty("id").GetGuid() == id);
        Assert.Equal(0.5m, listed.GetProperty("monthly_quota").GetProperty("cost_usd").GetDecimal());
        await (await http.PatchAsync($"/api/v1/auth/api-keys/{id}", new { name = "still small" })).JsonAsync(HttpStatusCode.OK);
        await (await key.FetchAsync(Me)).ShouldBeProblemAsync(429, "quota_exceeded");
        var changed = await (await http.PatchAsync($"/api/v1/auth/api-keys/{id}", new { monthly_quota = new { } })).JsonAsync(HttpStatusCode.OK);
        Assert.Equal(JsonValueKind.Null, changed.GetProperty("monthly_quota").ValueKind);
        await (await key.FetchAsync(Me)).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("""{"requests":-1}""")]
    [InlineData("""{"tokens":1.5}""")]
    [InlineData("""{"cost_usd":0.0000001}""")]
    [InlineData("""{"cost_usd":"many"}""")]
    [InlineData("""{"cost_usd":1e-30}""")]
    [InlineData("""{"cost_usd":-1}""")]
    [InlineData("""{"dollars":1}""")]
    [InlineData("7")]
    public async Task A_bad_quota_of_a_key_is_refused(string quota)
    {
        var caller = await app.NewReporterAsync();

        var answer = await caller.Session.PostTextAsync("/api/v1/auth/api-keys/generate", $$"""{"name":"x","monthly_quota":{{quota}}}""");

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task An_administrator_overrides_the_quota_of_a_user()
    {
        var (caller, admin) = (await app.NewReporterAsync(), await app.SignUpStaffAsync());
        var route = $"/api/v1/admin/users/{caller.UserId}/quota";

        var set = await (await admin.Http.PutAsJsonAsync(route, new { requests = 2, mode = "hard" }, TestContext.Current.CancellationToken))
            .JsonAsync(HttpStatusCode.OK);

        Assert.Equal(2, set.GetProperty("requests").GetInt64());
        Assert.Equal(2, (await Concurrently.StatusesAsync(6, _ => caller.Key.FetchAsync(Me))).Count(status => status == HttpStatusCode.OK));
        var quota = await QuotaOf(caller.Session);
        Assert.Equal((2m, 2m, 0m), LimitOf(quota, "limits", "requests"));
        Assert.Equal((1000m, 0m, 1000m), LimitOf(quota, "limits", "tokens"));
        var details = await (await admin.Http.FetchAsync($"/api/v1/admin/users/{caller.UserId}")).JsonAsync(HttpStatusCode.OK);
        Assert.Equal(2, details.GetProperty("quota").GetProperty("requests").GetInt64());
        Assert.Equal("user.quota_changed", await app.SqlAsync(
            "SELECT action FROM audit_events WHERE user_id = $1 ORDER BY occurred_at DESC LIMIT 1", caller.UserId));

        // In soft mode, the same quota only warns, and without an override, the tier's applies again.
        await admin.Http.PutAsJsonAsync(route, new { requests = 2, mode = "soft" }, TestContext.Current.CancellationToken);
        await (await caller.Key.FetchAsync(Me)).ShouldBeAsync(HttpStatusCode.OK);
        await (await admin.Http.PutAsJsonAsync(route, new { requests = (long?)null }, TestContext.Current.CancellationToken)).JsonAsync(HttpStatusCode.OK);
        Assert.Equal((10m, 3m, 7m), LimitOf(await QuotaOf(caller.Session), "limits", "requests"));
        Assert.Equal(DBNull.Value, await app.SqlAsync("SELECT quota FROM users WHERE id = $1", caller.UserId));
    }

    [Theory]
    [InlineData("""{"mode":"medium"}""")]
    [InlineData("""{"requests":-1}""")]
    [InlineData("""{"requests":"many"}""")]
    [InlineData("""{"budget":1}""")]
    public async Task A_bad_override_is_refused_and_changes_nothing(string body)
    {
        var (caller, admin) = (await app.NewReporterAsync(), await app.SignUpStaffAsync());

        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        var answer = await admin.Http.PutAsync($"/api/v1/admin/users/{caller.UserId}/quota", content, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(DBNull.Value, await app.SqlAsync("SELECT quota FROM users WHERE id = $1", caller.UserId));
    }

    [Fact]
    public async Task Another_replica_learns_within_a_second_or_two_what_was_used()
    {
        var caller = await app.NewReporterAsync();
        using var there = app.StartReplica(caller, out var replica);
        using (replica)
        {
            await there.FetchAsync(Me);
            await caller.Key.ReportAsync(new { endpoint = "x", tokens_used = 1000 });

            Assert.Equal(HttpStatusCode.TooManyRequests, (await there.FetchUntilStatusAsync(Me, HttpStatusCode.TooManyRequests)).StatusCode);
        }
    }

    [Fact]
    public async Task Usage_of_an_earlier_month_does_not_count()
    {
        var caller = await app.NewReporterAsync();
        var now = app.Clock.GetUtcNow();
        var earlier = new DateTimeOffset(now.Year, now.Month, 1, 0, 0, 0, TimeSpan.Zero).AddSeconds(-1);

        await caller.Key.ReportAsync(new { endpoint = "x", tokens_used = 1000, created_at = earlier.Iso() });

        await (await caller.Key.FetchAsync(Me)).ShouldBeAsync(HttpStatusCode.OK);
        Assert.Equal((1000m, 0m, 1000m), LimitOf(await QuotaOf(caller.Session), "limits", "tokens"));
    }

    private static async Task<JsonElement> QuotaOf(HttpClient caller) =>
        await (await caller.FetchAsync("/api/v1/usage/quota")).JsonAsync(HttpStatusCode.OK);

    private static async Task<JsonElement> IntrospectAsync(Reporter service, string token) =>
        await (await service.Key.PostAsync("/api/v1/auth/introspect", new { token })).JsonAsync(HttpStatusCode.OK);

    private static (decimal Limit, decimal Used, decimal Remaining) LimitOf(JsonElement quota, string limits, string metric)
    {
        var one = quota.GetProperty(limits).EnumerateArray().Single(limit => limit.GetProperty("metric").GetString() == metric);
        return (one.GetProperty("limit").GetDecimal(), one.GetProperty("used").GetDecimal(), one.GetProperty("remaining").GetDecimal());
    }

    private static string Remaining(HttpResponseMessage answer) => string.Join("|", answer.Headers.GetValues("X-Quota-Remaining"));
}
