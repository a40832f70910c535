using System.Net;
using System.Text.Json;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Usage.Billing;

/// <summary>What billing and the owners of subscriptions do.</summary>
internal static class BillingSteps
{
    private const long Quarter = TimeSpan.TicksPerMinute * 15;

    /// <summary>The start of the current quarter-hour.</summary>
    public static DateTimeOffset QuarterHour(this CortexApp app)
    {
        var now = app.Clock.GetUtcNow();
        return now.AddTicks(-(now.UtcTicks % Quarter));
    }

    /// <summary>Moves the clock to a few seconds after the start of the next quarter-hour, and returns that start.</summary>
    public static DateTimeOffset MoveToNextQuarterHour(this CortexApp app)
    {
        var next = app.QuarterHour().AddTicks(Quarter);
        app.Clock.Advance(next.AddSeconds(5) - app.Clock.GetUtcNow());
        return next;
    }

    /// <summary>Stores the period of a user's subscription, as billing does. The server has learned of it when this returns.</summary>
    public static Task SetPeriodAsync(this CortexApp app, Guid userId, DateTimeOffset start, DateTimeOffset end) => app.SqlAsync(
        "UPDATE users SET billing_period_start = $2, billing_period_end = $3 WHERE id = $1", userId, start.UtcDateTime, end.UtcDateTime);

    /// <summary>Ends a user's subscription.</summary>
    public static Task EndSubscriptionAsync(this CortexApp app, Guid userId) =>
        app.SqlAsync("UPDATE users SET billing_period_start = NULL, billing_period_end = NULL WHERE id = $1", userId);

    /// <summary>Adds rows at one time, as another program would.</summary>
    public static Task AddRowsAsync(this CortexApp app, Guid userId, DateTimeOffset time, int count) => app.SqlAsync(
        "INSERT INTO usage_logs (user_id, endpoint, created_at) SELECT $1, '/x', $2 FROM generate_series(1, $3)", userId, time.UtcDateTime, count);

    public static async Task<JsonElement> QuotaAsync(this HttpClient caller) =>
        await (await caller.FetchAsync("/api/v1/usage/quota")).JsonAsync(HttpStatusCode.OK);

    public static (DateTimeOffset From, DateTimeOffset To) Period(this JsonElement quota) =>
        (quota.GetProperty("period").GetProperty("from").GetDateTimeOffset(), quota.GetProperty("period").GetProperty("to").GetDateTimeOffset());

    /// <summary>Returns what was used of a metric.</summary>
    public static decimal Used(this JsonElement quota, string metric, string limits = "limits") => quota.GetProperty(limits).EnumerateArray()
        .Single(limit => limit.GetProperty("metric").GetString() == metric).GetProperty("used").GetDecimal();

    public static string Remaining(this HttpResponseMessage answer) => string.Join("|", answer.Headers.GetValues("X-Quota-Remaining"));
}
