using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Cortex.IdentityServer.Tests.Billing.Metering;
using Cortex.IdentityServer.Tests.Infrastructure;
using Cortex.IdentityServer.Tests.Usage;
using Cortex.Polar;

namespace Cortex.IdentityServer.Tests.Billing;

/// <summary>What was used is compared with what Polar has.</summary>
/// <remarks>All usage is three hours old when a test begins, and the month in question is that of the usage, whatever the clock does meanwhile.</remarks>
public sealed class ReconciliationTests(ReconciliationApp app) : IClassFixture<ReconciliationApp>
{
    private const string Route = "/api/v1/admin/billing/reconciliation";
    private const string Meters = "/v1/meters/";

    private DateTimeOffset Hour { get; } = app.ThisHour().AddHours(-3);

    private string Month => Hour.ToString("yyyy-MM", CultureInfo.InvariantCulture);

    [Fact]
    public async Task Usage_is_pending_and_then_with_Polar_whose_meters_show_the_same()
    {
        var user = await UserAsync();
        var before = await OneAsync(user);
        Assert.Equal(Month, before.GetProperty("month").GetString());
        Assert.Equal(await app.SqlAsync("SELECT email FROM users WHERE id = $1", user), before.GetProperty("user_email").GetString());
        Assert.Equal((2, 480_002, 3.750001m), Sums(before, "used"));
        Assert.Equal((2, 480_002, 3.750001m), Sums(before, "pending"));
        Assert.All(new[] { "sent", "accepted", "parked" }, name => Assert.Equal((0, 0, 0m), Sums(before, name)));
        Assert.False(before.GetProperty("drift").GetBoolean());

        await app.SendAsync();

        var after = await OneAsync(user);
        Assert.All(new[] { "used", "sent", "accepted" }, name => Assert.Equal((2, 480_002, 3.750001m), Sums(after, name)));
        Assert.All(new[] { "pending", "parked" }, name => Assert.Equal((0, 0, 0m), Sums(after, name)));
        Assert.False(after.GetProperty("drift").GetBoolean());
        Assert.Equal(
            [
                $"{ReconciliationApp.Cost.Id} Cost cost_usd 3.750001", $"{ReconciliationApp.Tokens.Id} Tokens tokens_used 480002",
                $"{ReconciliationApp.Requests.Id} Requests requests 2", $"{ReconciliationApp.Events.Id} Events  1",
                $"{ReconciliationApp.Other.Id} Another program's tokens  0",
            ],
            after.GetProperty("meters").EnumerateArray().Select(meter => string.Create(
                CultureInfo.InvariantCulture,
                $"{meter.GetProperty("meter_id").GetString()} {meter.GetProperty("name").GetString()} {meter.GetProperty("metric").GetString()} "
                    + $"{meter.GetProperty("quantity").GetDecimal():0.######}")));
        Assert.Empty(Items(await PageAsync($"month={Month}&user={user}&drift=true")));
        Assert.Single(Items(await PageAsync($"month={Month}&user={user}&drift=false")));
    }

    [Fact]
    public async Task What_Polar_refuses_is_drift()
    {
        var user = await UserAsync();
        app.Polar.Usage.Refuse(MeterSteps.ExternalId(user, Hour, "openai", 1));

        // One that is accepted, so that not all events are refused.
        await UserAsync();
        await app.SendAsync();

        var item = Assert.Single(Items(await PageAsync($"month={Month}&user={user}&drift=true")));
        Assert.Equal((2, 480_002, 3.750001m), Sums(item, "parked"));
        Assert.Equal((2, 480_002, 3.750001m), Sums(item, "sent"));
        Assert.Equal((0, 0, 0m), Sums(item, "accepted"));
        Assert.True(item.GetProperty("drift").GetBoolean());
    }

    [Fact]
    public async Task Usage_that_is_in_no_event_is_drift()
    {
        var user = await UserAsync();
        await app.SendAsync();
        await app.SqlAsync("DELETE FROM billing_meter_events WHERE user_id = $1", user);

        Assert.True((await OneAsync(user)).GetProperty("drift").GetBoolean());
    }

    [Fact]
    public async Task What_another_program_has_sent_to_Polar_is_drift()
    {
        var user = await UserAsync();
        await app.SendAsync();

        await IngestAsync(user, "other", 5);
        Assert.False((await OneAsync(user)).GetProperty("drift").GetBoolean());

        await IngestAsync(user, MeterSteps.EventName, 5);
        var item = Assert.Single(Items(await PageAsync($"month={Month}&user={user}&drift=true")));
        Assert.True(item.GetProperty("drift").GetBoolean());
        Assert.Equal(480_007, Quantity(item, "Tokens"));
        Assert.Equal(Sums(item, "used"), Sums(item, "accepted"));
    }

    [Fact]
    public async Task What_was_sent_without_an_answer_is_no_drift_whether_or_not_Polar_has_it()
    {
        var user = await UserAsync();
        await app.SendAsync();
        await app.SqlAsync("UPDATE billing_meter_events SET accepted_at = NULL WHERE user_id = $1", user);
        Assert.Equal(480_002, Quantity(await OneAsync(user), "Tokens"));
        Assert.False((await OneAsync(user)).GetProperty("drift").GetBoolean());

        await app.SqlAsync("UPDATE billing_meter_events SET sent_at = NULL WHERE user_id = $1", user);
        Assert.True((await OneAsync(user)).GetProperty("drift").GetBoolean());

        await app.SqlAsync("UPDATE billing_meter_events SET sent_at = now() WHERE user_id = $1", user);
        await app.SendAsync();
        Assert.False((await OneAsync(user)).GetProperty("drift").GetBoolean());
    }

    [Fact]
    public async Task Polar_counts_by_the_hour_of_usage_so_each_month_has_its_own()
    {
        var user = await app.NewReporterAsync();
        var first = new DateTimeOffset(Hour.Year, Hour.Month, 1, 0, 0, 0, TimeSpan.Zero);
        await app.UseAsync(user, Hour, tokens: 3);
        await app.SqlAsync(
            "INSERT INTO usage_logs (user_id, endpoint, provider, tokens_used, cost_usd, created_at) VALUES ($1, '/chat', 'openai', 4, 0, $2)",
            user.UserId,
            first.AddSeconds(-1).UtcDateTime);
        await app.FoldAsync();
        await app.SendAsync();

        var (last, now) = (await OneAsync(user.UserId, first.AddDays(-1).ToString("yyyy-MM", CultureInfo.InvariantCulture)), await OneAsync(user.UserId));

        Assert.Equal((4, 4), (Sums(last, "accepted").Tokens, Quantity(last, "Tokens")));
        Assert.Equal((3, 3), (Sums(now, "accepted").Tokens, Quantity(now, "Tokens")));
        Assert.False(last.GetProperty("drift").GetBoolean() || now.GetProperty("drift").GetBoolean());
    }

    public static TheoryData<string, PolarFault> Failures => new()
    {
        { "server_error", new PolarFault.Status(500) },
        { "rate_limited", new PolarFault.RateLimited(TimeSpan.FromSeconds(20)) },
        { "forbidden", new PolarFault.Status(403) },
        { "wrong_version", new PolarFault.UnknownVersion() },
        { "refused", new PolarFault.Status(422, "{\"error\": \"RequestValidationError\", \"detail\": []}", "application/json") },
        { "timeout", new PolarFault.NoAnswer() },
    };

    [Theory(DisableDiscoveryEnumeration = true)]
    [MemberData(nameof(Failures))]
    public async Task While_Polar_fails_the_own_figures_are_shown(string reason, PolarFault fault)
    {
        var user = await UserAsync();
        await app.SendAsync();
        app.Clock.Advance(TimeSpan.FromMinutes(6));
        app.Polar.Faults.Add(fault, Meters, int.MaxValue);

        var page = await PageAsync($"month={Month}&user={user}");
        var drift = await PageAsync($"month={Month}&user={user}&drift=true");

        app.Polar.Faults.Clear();
        app.Clock.Advance(TimeSpan.FromMinutes(11));
        var item = Assert.Single(Items(page));
        Assert.Equal(JsonValueKind.Null, item.GetProperty("meters").ValueKind);
        Assert.Equal((2, 480_002, 3.750001m), Sums(item, "accepted"));
        Assert.False(item.GetProperty("drift").GetBoolean());
        Assert.Equal(reason, page.GetProperty("polar").GetString());
        Assert.Empty(Items(drift));
        Assert.NotEqual(JsonValueKind.Null, (await OneAsync(user)).GetProperty("meters").ValueKind);
    }

    [Fact]
    public async Task If_Polar_fails_in_the_middle_the_other_users_keep_their_meters()
    {
        var users = new List<Guid> { await UserAsync(), await UserAsync() };
        await app.SendAsync();
        await OneAsync(users[0]);

        // The tests before have used up some of the minute's requests.
        app.Clock.Advance(TimeSpan.FromMinutes(2));
        app.Polar.Faults.Add(new PolarFault.Status(403), $"{Meters}{ReconciliationApp.Other.Id}/quantities");

        var page = await PageAsync($"month={Month}&limit=50");

        Assert.Equal("forbidden", page.GetProperty("polar").GetString());
        Assert.Contains(Items(page), item => item.GetProperty("meters").ValueKind == JsonValueKind.Null);
        app.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(JsonValueKind.Null, (await PageAsync($"month={Month}&limit=50")).GetProperty("polar").ValueKind);
    }

    [Fact]
    public async Task Users_are_listed_page_by_page()
    {
        var users = new List<Guid>();
        for (var n = 0; n < 3; n++)
        {
            users.Add(await UserAsync());
        }

        await app.SendAsync();
        await IngestAsync(users[1], MeterSteps.EventName, 1);

        var all = await WalkAsync("limit=2");
        Assert.Superset(users.ToHashSet(), all.ToHashSet());
        Assert.Equal(all.Distinct().Order(), all.Order());
        var different = await WalkAsync("limit=2&drift=true");
        Assert.Contains(users[1], different);
        Assert.DoesNotContain(users[0], different);
        Assert.DoesNotContain(users[2], different);

        async Task<List<Guid>> WalkAsync(string query)
        {
            var (found, next) = (new List<Guid>(), "");
            do
            {
                // Polar's rate limit is by the minute.
                app.Clock.Advance(TimeSpan.FromSeconds(1));
                var page = await PageAsync($"month={Month}&{query}{next}");
                Assert.Equal(JsonValueKind.Null, page.GetProperty("polar").ValueKind);
                Assert.True(Items(page).Count <= 2);
                found.AddRange(Items(page).Select(item => item.GetProperty("user_id").GetGuid()));
                next = page.GetProperty("next_cursor").GetString() is { } cursor ? $"&cursor={cursor}" : null;
            }
            while (next is not null);
            return found;
        }
    }

    [Theory]
    [InlineData("POLAR_USAGE_EVENT", "usage_off")]
    [InlineData("POLAR_ACCESS_TOKEN", "api_off")]
    public async Task Without_sending_usage_the_ledger_is_still_shown(string setting, string reason)
    {
        var user = await UserAsync();
        await app.SqlAsync("DELETE FROM billing_meter_hours WHERE user_id = $1", user);
        using var replica = app.StartReplica(out var stop, (setting, ""));
        using (stop)
        {
            replica.DefaultRequestHeaders.Authorization = (await app.SupportAsync()).Http.DefaultRequestHeaders.Authorization;
            var page = await (await replica.FetchAsync($"{Route}?month={Month}&user={user}&drift=true")).JsonAsync(HttpStatusCode.OK);

            Assert.Equal(reason, page.GetProperty("polar").GetString());
            var item = Assert.Single(Items(page));
            Assert.Equal((2, 480_002, 3.750001m), Sums(item, "used"));
            Assert.Equal(JsonValueKind.Null, item.GetProperty("meters").ValueKind);
        }
    }

    private async Task<Guid> UserAsync()
    {
        var user = await app.NewReporterAsync();
        await app.UseAsync(user, Hour.AddMinutes(5), tokens: 480_000, cost: "3.000001");
        await app.UseAsync(user, Hour.AddMinutes(50), tokens: 2, cost: "0.75");
        return user.UserId;
    }

    /// <summary>Sends an event to Polar that this server doesn't know.</summary>
    private async Task IngestAsync(Guid user, string name, int tokens)
    {
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", MeterSteps.AccessToken);
        var sent = new { name, external_customer_id = user, timestamp = Hour.AddMinutes(30).Iso(), metadata = new { tokens_used = tokens } };
        using var answer = await http.PostAsJsonAsync(
            new Uri(app.Polar.Url, "/v1/events/ingest"), new { events = new[] { sent } }, TestContext.Current.CancellationToken);
        await answer.ShouldBeAsync(HttpStatusCode.OK);
    }

    private async Task<JsonElement> PageAsync(string query) =>
        await (await (await app.SupportAsync()).Http.FetchAsync($"{Route}?{query}")).JsonAsync(HttpStatusCode.OK);

    private async Task<JsonElement> OneAsync(Guid user, string? month = null) => Assert.Single(Items(await PageAsync($"month={month ?? Month}&user={user}")));

    private static List<JsonElement> Items(JsonElement page) => [.. page.GetProperty("items").EnumerateArray()];

    private static (long Requests, long Tokens, decimal Cost) Sums(JsonElement item, string name)
    {
        var sums = item.GetProperty(name);
        return (sums.GetProperty("requests").GetInt64(), sums.GetProperty("tokens_used").GetInt64(), sums.GetProperty("cost_usd").GetDecimal());
    }

    private static decimal Quantity(JsonElement item, string name) =>
        item.GetProperty("meters").EnumerateArray().Single(meter => meter.GetProperty("name").GetString() == name).GetProperty("quantity").GetDecimal();
}
