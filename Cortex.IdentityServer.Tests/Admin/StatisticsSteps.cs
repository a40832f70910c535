using System.Net;
using System.Text.Json;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Admin;

/// <summary>Reads the statistics, and computes the expected numbers with full scans.</summary>
internal static class StatisticsSteps
{
    public const string Route = "/api/v1/admin/stats";

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    public static async Task<JsonElement> StatisticsAsync(this HttpClient http, string query = "") =>
        await (await http.FetchAsync(Route + query)).JsonAsync(HttpStatusCode.OK);

    public static long Number(this JsonElement counted, string name) => counted.GetProperty(name).GetInt64();

    /// <summary>Advances the clock, a minute at a time, until all changes are folded.</summary>
    public static async Task FoldAsync(this CortexApp app)
    {
        for (var tries = 0; tries < 12_000; tries++)
        {
            if (tries % 50 == 0)
            {
                app.Clock.Advance(TimeSpan.FromMinutes(1));
            }

            await Task.Delay(5, TestContext.Current.CancellationToken);
            if (await app.SqlAsync("SELECT NOT EXISTS (SELECT FROM account_changes) AND NOT EXISTS (SELECT FROM daily_changes)") is true)
            {
                return;
            }
        }

        Assert.Fail("changes are not folded");
    }

    /// <summary>Waits until a day's number of active users is as expected. The server writes it a second late.</summary>
    public static Task ShouldHaveActiveUsersAsync(this CortexApp app, DateOnly day, long expected) =>
        Poll.UntilAsync(Timeout, $"{expected} active on {day}", async () =>
    {
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        return await app.SqlAsync(
            "SELECT coalesce(sum(active_users), 0)::bigint FROM (SELECT day, active_users FROM daily_totals UNION ALL SELECT day, active_users FROM "
                + "daily_changes) AS days WHERE day = $1", day) is long active
                && active == expected;
    });

    /// <summary>Compares every number, except for active users, with a scan of all rows.</summary>
    public static async Task ShouldHaveExactStatisticsAsync(this CortexApp app, HttpClient staff)
    {
        var statistics = await staff.StatisticsAsync("?days=366");
        var accounts = (string)(await app.SqlAsync(
            """
            SELECT concat_ws(',', count(*), count(*) FILTER (WHERE coalesce(is_active, true)), count(*) FILTER (WHERE coalesce(is_verified, false)), count(*)
                FILTER (WHERE coalesce(two_factor_enabled, false)))
            FROM users WHERE deleted_at IS NULL
            """))!;
        Assert.Equal(accounts, string.Join(',', new[] { "users", "active", "verified", "two_factor_enabled" }.Select(name => statistics.Number(name))));
        var tiers = (string)(await app.SqlAsync(
            """
            SELECT string_agg(tier || '=' || number, ',' ORDER BY tier COLLATE "C") FROM (SELECT coalesce(subscription_tier, 'free') AS tier, count(*) AS number
                FROM users WHERE deleted_at IS NULL GROUP BY 1) AS tiers
            """))!;
        Assert.Equal(
            tiers,
            string.Join(
                ',',
                statistics
                    .GetProperty("by_tier")
                    .EnumerateObject()
                    .Where(tier => tier.Value.GetInt64() != 0)
                    .Select(tier => $"{tier.Name}={tier.Value}")
                    .Order(StringComparer.Ordinal)));
        var days = (string)(await app.SqlAsync(
            """
            SELECT coalesce(string_agg(concat_ws('/', day, succeeded, failed), ',' ORDER BY day), '') FROM (
                SELECT (occurred_at AT TIME ZONE 'UTC')::date AS day, count(*) FILTER (WHERE action = 'login.succeeded') AS succeeded, count(*)
                    FILTER (WHERE action = 'login.failed') AS failed
                FROM audit_events WHERE action IN ('login.succeeded', 'login.failed') AND occurred_at < $1 GROUP BY 1) AS days
            """,
            app.Clock.GetUtcNow().UtcDateTime.AddDays(1).Date))!;
        Assert.Equal(days, string.Join(',', statistics.GetProperty("days").EnumerateArray()
            .Where(day => day.Number("logins") + day.Number("login_failures") > 0)
            .Select(day => $"{day.GetProperty("day").GetString()}/{day.Number("logins")}/{day.Number("login_failures")}")));
    }
}
