using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Cortex.IdentityServer.Features.Billing.Metering;
using Cortex.IdentityServer.Features.Usage.Sums;
using Cortex.IdentityServer.Tests.Infrastructure;
using Cortex.IdentityServer.Tests.Usage;
using Microsoft.Extensions.DependencyInjection;

namespace Cortex.IdentityServer.Tests.Billing.Metering;

/// <summary>What happens to usage before it is sent to Polar.</summary>
internal static class MeterSteps
{
    public const string EventName = "cortex.usage";
    public const string AccessToken = "polar_oat_a_test_token_of_the_organization";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>The settings of a server that sends usage.</summary>
    public static IEnumerable<(string Name, string Value)> Settings(Uri polar) =>
        [("POLAR_ACCESS_TOKEN", AccessToken), ("POLAR_USAGE_EVENT", EventName), ("POLAR_API_URL", polar.AbsoluteUri)];

    /// <summary>The start of the current hour.</summary>
    public static DateTimeOffset ThisHour(this CortexApp app) => HourOf(app.Clock.GetUtcNow());

    public static DateTimeOffset HourOf(DateTimeOffset time) => new(time.UtcDateTime.Date.AddHours(time.UtcDateTime.Hour), TimeSpan.Zero);

    /// <summary>Reports one request, and adds it to the sums.</summary>
    public static async Task UseAsync(
        this CortexApp app, Reporter reporter, DateTimeOffset at, string? provider = "openai", int tokens = 1, string cost = "0.000001")
    {
        await reporter.Key.ReportAsync(new { endpoint = "/chat", provider, tokens_used = tokens, cost_usd = cost, created_at = at.Iso() });
        await app.FoldAsync();
    }

    /// <summary>Adds all usage to the sums. The server's own job may be doing so already, and may not see the latest usage.</summary>
    public static Task FoldAsync(this CortexApp app) => Poll.UntilAsync(TimeSpan.FromSeconds(20), "usage is folded", async () =>
    {
        await app.Services.GetRequiredService<UsageFold>().RunAsync(Ct);
        return await app.SqlAsync("SELECT NOT EXISTS (SELECT FROM usage_deltas)") is true;
    });

    /// <summary>Turns the hours that are over into events. If another job is doing so already, this waits until it is done.</summary>
    public static async Task CloseAsync(this CortexApp app)
    {
        for (var time = 0; time < 2; time++)
        {
            await app.SqlAsync("SELECT pg_advisory_xact_lock($1)", MeterClosing.LockKey);
            await app.Services.GetRequiredService<MeterClosing>().RunAsync(Ct);
        }

        await app.SqlAsync("SELECT pg_advisory_xact_lock($1)", MeterClosing.LockKey);
    }

    /// <summary>Creates users with an event each, and returns the ids of the events.</summary>
    public static async Task<string[]> NewEventsAsync(this CortexApp app, int count)
    {
        var users = Enumerable.Range(0, count).Select(_ => Guid.NewGuid()).ToArray();
        await app.SqlAsync(
            """
            WITH people AS (
                INSERT INTO users (id, email, password_hash) SELECT id, id || '@example.com', 'x' FROM unnest($1) AS id RETURNING id)
            INSERT INTO billing_meter_hours SELECT id, $2, 'openai', 1, 10, 1000000 FROM people
            """,
            users,
            app.ThisHour().AddHours(-3).UtcDateTime);
        await app.CloseAsync();
        var ids = (string[])(await app.SqlAsync("SELECT array_agg(external_id) FROM billing_meter_events WHERE user_id = ANY ($1)", users))!;
        Assert.Equal(count, ids.Length);
        return ids;
    }

    /// <summary>Returns a user's events as <c>hour provider number: requests/tokens/micro-dollars</c>, in the order of their hours.</summary>
    public static async Task<string[]> EventsAsync(this CortexApp app, Guid userId) => (string[])(await app.SqlAsync(
        """
        SELECT ARRAY(
            SELECT format('%s %s %s: %s/%s/%s', to_char(hour AT TIME ZONE 'UTC', 'MM-DD HH24'), provider, number, requests, tokens_used, cost_micros)
            FROM billing_meter_events WHERE user_id = $1 ORDER BY hour, provider, number)
        """,
        userId))!;

    /// <summary>The line of <see cref="EventsAsync"/> for an event.</summary>
    public static string Line(DateTimeOffset hour, string provider, int number, string sums) =>
        string.Create(CultureInfo.InvariantCulture, $"{hour.UtcDateTime:MM-dd HH} {provider} {number}: {sums}");

    /// <summary>Returns a user's sums that aren't in an event yet, as <c>requests/tokens/micro-dollars</c>.</summary>
    public static async Task<string> PendingAsync(this CortexApp app, Guid userId) => (string)(await app.SqlAsync(
        "SELECT format('%s/%s/%s', coalesce(sum(requests), 0), coalesce(sum(tokens_used), 0), coalesce(sum(cost_micros), 0)) FROM billing_meter_hours "
            + "WHERE user_id = $1",
        userId))!;

    /// <summary>The documented id of an event, computed independently.</summary>
    public static string ExternalId(Guid userId, DateTimeOffset hour, string provider, int number) => "ctx-" + Convert.ToHexStringLower(SHA256.HashData(
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{userId}|{hour.ToUnixTimeSeconds()}|{number}|{provider}"))))[..40];
}
