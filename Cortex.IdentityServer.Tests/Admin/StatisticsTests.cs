using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Cortex.IdentityServer.Tests.Data;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Admin;

/// <remarks>Every number is compared with a scan of all rows, both before and after it is folded.</remarks>
public sealed class StatisticsTests(SharedStaffApp app) : IClassFixture<SharedStaffApp>
{
    [Fact]
    public async Task Accounts_are_counted_by_kind_and_the_days_have_no_gaps()
    {
        var staff = await app.SupportAsync();

        var answer = await staff.Http.FetchAsync(StatisticsSteps.Route);

        var statistics = await answer.JsonAsync(HttpStatusCode.OK);
        Assert.Equal(
            ["users", "active", "verified", "two_factor_enabled", "two_factor_share", "by_tier", "days"],
            statistics.EnumerateObject().Select(field => field.Name));
        Assert.Equal(["free", "pro", "enterprise"], statistics.GetProperty("by_tier").EnumerateObject().Select(tier => tier.Name).Take(3));
        var days = statistics.GetProperty("days").EnumerateArray().ToList();
        Assert.Equal(["day", "sign_ups", "logins", "login_failures", "active_users"], days[0].EnumerateObject().Select(field => field.Name));
        var today = DateOnly.FromDateTime(app.Clock.GetUtcNow().UtcDateTime);
        Assert.Equal(
            Enumerable.Range(0, 30).Select(ago => today.AddDays(ago - 29).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)),
            days.Select(day => day.GetProperty("day").GetString()));
        Assert.True(answer.Headers.CacheControl?.NoStore);
        await app.ShouldHaveExactStatisticsAsync(staff.Http);
    }

    [Theory]
    [InlineData("?days=1", 1)]
    [InlineData("?days=366", 366)]
    public async Task The_requested_number_of_days_is_returned(string query, int count) =>
        Assert.Equal(count, (await (await app.SupportAsync()).Http.StatisticsAsync(query)).GetProperty("days").GetArrayLength());

    [Theory]
    [InlineData("0")]
    [InlineData("367")]
    [InlineData("-1")]
    [InlineData("1e9")]
    [InlineData("99999999999")]
    [InlineData("abc")]
    [InlineData("")]
    [InlineData("%00")]
    [InlineData("1&days=1")]
    public async Task An_invalid_number_of_days_is_rejected_with_the_name_of_its_parameter(string days)
    {
        var staff = await app.SupportAsync();

        var problem = await (await staff.Http.FetchAsync($"{StatisticsSteps.Route}?days={days}")).ShouldBeProblemAsync(400, "validation_failed");

        Assert.Equal("days", Assert.Single(problem.GetProperty("errors").EnumerateObject()).Name);
    }

    [Fact]
    public async Task Registrations_logins_failures_and_deletions_count_immediately_and_exactly()
    {
        var staff = await app.SupportAsync();
        await app.FoldAsync();
        var before = await staff.Http.StatisticsAsync();
        var users = await Concurrently.RunAsync(8, _ => app.RegisterAsync());
        var logins = await Concurrently.RunAsync(16, number => app.LogInAsync(users[number % 8]));
        await app.TryLogInAsync(users[0].Email, "not the password");
        await app.TryLogInAsync(app.NewEmail(), "not the password");
        await (await app.WithToken(logins[0].AccessToken).SendAsync(
            new(HttpMethod.Delete, "/api/v1/auth/me") { Content = JsonContent.Create(new { password = users[0].Password }) },
            TestContext.Current.CancellationToken)).ShouldBeAsync(HttpStatusCode.NoContent);

        for (var folded = 0; folded < 2; folded++)
        {
            var after = await staff.Http.StatisticsAsync();
            Assert.Equal(7, after.Number("users") - before.Number("users"));
            Assert.Equal(7, after.GetProperty("by_tier").Number("free") - before.GetProperty("by_tier").Number("free"));
            Assert.Equal((8, 16, 2), Difference(before, after));
            await app.ShouldHaveExactStatisticsAsync(staff.Http);
            await app.FoldAsync();
        }
    }

    /// <remarks>Other programs may change the documented tables in any way, and their changes must be counted.</remarks>
    [Fact]
    public async Task Changes_made_by_other_programs_are_counted()
    {
        var staff = await app.SupportAsync();
        var before = await staff.Http.StatisticsAsync();
        foreach (var statement in new[]
        {
            "INSERT INTO users (email, password_hash) SELECT 'plain' || n || '@other.example', 'x' FROM generate_series(1, 100) AS n",
            "INSERT INTO users (email, password_hash) VALUES ('plain1@other.example', 'y') ON CONFLICT (email) DO UPDATE SET is_verified = true",
            "INSERT INTO users (email, password_hash) VALUES ('plain1@other.example', 'y') ON CONFLICT DO NOTHING",
            "INSERT INTO users (email, password_hash, subscription_tier, is_active, is_verified, two_factor_enabled, created_at) VALUES "
                + "('nothing@other.example', 'x', NULL, NULL, NULL, NULL, NULL)",
            "INSERT INTO users (email, password_hash, created_at) VALUES ('always@other.example', 'x', '-infinity')",
            "UPDATE users SET subscription_tier = 'Gold Plus', is_active = false WHERE email LIKE 'plain1%@other.example'",
            "UPDATE users SET subscription_tier = 'gold_plus', two_factor_enabled = true WHERE email = 'plain2@other.example'",
            "UPDATE users SET is_active = NULL, subscription_tier = NULL WHERE email = 'plain3@other.example'",
            "UPDATE users SET is_active = is_active, password_hash = 'z' WHERE email LIKE '%@other.example'",
            "DELETE FROM users WHERE email LIKE 'plain9%@other.example'",
            "DELETE FROM users WHERE email = 'nobody@other.example'",
        })
        {
            await app.SqlAsync(statement);
            await app.ShouldHaveExactStatisticsAsync(staff.Http);
        }

        await app.FoldAsync();
        await app.ShouldHaveExactStatisticsAsync(staff.Http);
        var after = await staff.Http.StatisticsAsync();

        // Accounts without a creation time are not counted as sign-ups.
        Assert.Equal((100, 0, 0), Difference(before, after));
        Assert.Equal(91, after.Number("users") - before.Number("users"));

        // Tier names are data, so they are shown unchanged.
        Assert.Equal(12, after.GetProperty("by_tier").Number("Gold Plus"));
        Assert.Equal(1, after.GetProperty("by_tier").Number("gold_plus"));
        Assert.Equal(Math.Round((decimal)after.Number("two_factor_enabled") / after.Number("users"), 4), after.GetProperty("two_factor_share").GetDecimal());

        await app.SqlAsync("DELETE FROM users WHERE subscription_tier = 'Gold Plus'");
        Assert.DoesNotContain((await staff.Http.StatisticsAsync()).GetProperty("by_tier").EnumerateObject(), tier => tier.Name == "Gold Plus");
        await app.FoldAsync();
        Assert.Equal(0L, await app.SqlAsync("SELECT count(*) FROM account_totals WHERE subscription_tier = 'Gold Plus'"));
        await app.ShouldHaveExactStatisticsAsync(staff.Http);
    }

    [Fact]
    public async Task Changes_that_are_rolled_back_or_refused_are_not_counted()
    {
        var staff = await app.SupportAsync();
        var before = await staff.Http.StatisticsAsync();
        var user = await app.RegisterAsync();
        await app.SqlAsync(
            "DO $$ BEGIN INSERT INTO users (email, password_hash) VALUES ('gone@other.example', 'x'); RAISE EXCEPTION 'no'; EXCEPTION WHEN raise_exception "
                + "THEN NULL; END $$");
        await (await app.Anonymous().PostAsync("/api/v1/auth/register", new { email = user.Email, password = user.Password }))
            .ShouldBeProblemAsync(409, "email_taken");

        Assert.Equal(1, (await staff.Http.StatisticsAsync()).Number("users") - before.Number("users"));
        await app.ShouldHaveExactStatisticsAsync(staff.Http);
    }

    [Fact]
    public async Task Only_staff_can_read_the_statistics()
    {
        var (_, _, http) = await app.SignUpAsync();
        var admin = await app.AdminAsync();
        var (_, key) = await CortexApp.GenerateKeyAsync(admin.Http);

        await (await admin.Http.FetchAsync(StatisticsSteps.Route)).ShouldBeAsync(HttpStatusCode.OK);
        await (await http.FetchAsync(StatisticsSteps.Route)).ShouldBeProblemAsync(403, "forbidden");
        await (await app.WithKey(key).FetchAsync(StatisticsSteps.Route)).ShouldBeProblemAsync(403, "forbidden");
        await (await app.Anonymous().FetchAsync(StatisticsSteps.Route)).ShouldBeProblemAsync(401, "unauthenticated");
    }

    private static (long SignUps, long Logins, long Failures) Difference(JsonElement before, JsonElement after) => (
        Sum(after, "sign_ups") - Sum(before, "sign_ups"), Sum(after, "logins") - Sum(before, "logins"),
        Sum(after, "login_failures") - Sum(before, "login_failures"));

    /// <summary>Sums over all days, because midnight may pass between two readings.</summary>
    private static long Sum(JsonElement statistics, string name) => statistics.GetProperty("days").EnumerateArray().Sum(day => day.Number(name));
}

/// <remarks>A server that takes over the Python server's database counts the users in it.</remarks>
public sealed class AdoptedStatisticsTests(AdoptedApp app) : IClassFixture<AdoptedApp>
{
    [Fact]
    public async Task Existing_users_are_counted()
    {
        var staff = await app.SignUpStaffAsync();

        var statistics = await staff.Http.StatisticsAsync();

        Assert.Equal(10, statistics.Number("users"));
        Assert.Equal(9, statistics.Number("active"));
        Assert.Equal(2, statistics.Number("two_factor_enabled"));
        Assert.Equal(0.2m, statistics.GetProperty("two_factor_share").GetDecimal());
        Assert.Equal("""{"free":7,"pro":2,"enterprise":1}""", JsonSerializer.Serialize(statistics.GetProperty("by_tier")));
        Assert.Equal(9L, await app.SqlAsync("SELECT sum(sign_ups)::bigint FROM daily_totals WHERE day = '2024-01-02'"));
        await app.ShouldHaveExactStatisticsAsync(staff.Http);
    }
}
