using Cortex.IdentityServer.Features.Billing.Metering;
using Cortex.IdentityServer.Tests.Infrastructure;
using Cortex.IdentityServer.Tests.Usage;

namespace Cortex.IdentityServer.Tests.Billing.Metering;

/// <summary>Operators learn in time that usage doesn't reach Polar.</summary>
public sealed class MeterWatchTests(PostgresCluster cluster)
{
    private const string Alarm = "Polar may never bill some usage";

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Usage_that_is_about_to_miss_its_billing_period_is_an_error_once_an_hour_until_it_is_sent()
    {
        await using var app = new MeteringApp(cluster);
        await app.InitializeAsync();
        var user = await UseAsync(app, periodEndsIn: TimeSpan.FromHours(7));

        // An event that has just been created is on its way.
        await WatchAsync(app, TimeSpan.FromMinutes(29));
        Assert.Equal(0, app.CountLogLines(Alarm));

        // The end of the period is further away than six hours.
        await WatchAsync(app, TimeSpan.FromMinutes(10));
        Assert.Equal(0, app.CountLogLines(Alarm));

        app.Clock.Advance(TimeSpan.FromMinutes(22));
        await Poll.UntilAsync(Timeout, "an error", () => Task.FromResult(app.CountLogLines(Alarm) == 1));
        Assert.Contains(
            $"Error: {Alarm}: 1 usage event(s) have not been sent and 0 are parked, the first for 1.0 hours", app.Log, StringComparison.Ordinal);

        await WatchAsync(app, TimeSpan.FromMinutes(30));
        Assert.Equal(1, app.CountLogLines(Alarm));
        app.Clock.Advance(TimeSpan.FromMinutes(31));
        await Poll.UntilAsync(Timeout, "another error", () => Task.FromResult(app.CountLogLines(Alarm) == 2));

        // The next period has begun, and the event isn't sent yet.
        await app.SqlAsync(
            "UPDATE users SET billing_period_start = billing_period_end, billing_period_end = billing_period_end + interval '30 days' WHERE id = $1",
            user.UserId);
        app.Clock.Advance(TimeSpan.FromHours(12));
        await Poll.UntilAsync(Timeout, "another error", () => Task.FromResult(app.CountLogLines(Alarm) == 3));

        await app.SqlAsync("UPDATE billing_meter_events SET accepted_at = now()");
        app.Clock.Advance(TimeSpan.FromMinutes(1));
        await Poll.UntilAsync(Timeout, "the end", () => Task.FromResult(app.CountLogLines("about to miss its billing period anymore") == 1));
    }

    [Fact]
    public async Task Metrics_show_what_waits_and_for_how_long_without_a_query()
    {
        await using var app = new MeteringApp(cluster);
        await app.InitializeAsync();
        using var metrics = new MeterReadings(app);
        await UseAsync(app, periodEndsIn: TimeSpan.FromDays(20));
        await UseAsync(app, periodEndsIn: TimeSpan.FromDays(20));
        await app.SqlAsync("UPDATE billing_meter_events SET parked_at = now() WHERE user_id = (SELECT user_id FROM billing_meter_events LIMIT 1)");
        var created = app.Clock.GetUtcNow();

        app.Clock.Advance(TimeSpan.FromMinutes(2));
        await Poll.UntilAsync(Timeout, "a count", () => Task.FromResult(metrics.Read(MeterMetrics.Unsent) is 1 && metrics.Read(MeterMetrics.Parked) is 1));
        var statements = app.CountLogLines("SELECT");
        app.Clock.Advance(TimeSpan.FromSeconds(1.5));
        Assert.Equal((app.Clock.GetUtcNow() - created).TotalSeconds, metrics.Read(MeterMetrics.OldestUnsent), tolerance: 1);
        Assert.Equal(statements, app.CountLogLines("SELECT"));

        await app.SqlAsync("UPDATE billing_meter_events SET accepted_at = now()");
        app.Clock.Advance(TimeSpan.FromMinutes(1));
        await Poll.UntilAsync(Timeout, "zero", () => Task.FromResult(metrics.Read(MeterMetrics.Unsent) is 0 && metrics.Read(MeterMetrics.Parked) is 0));
        Assert.Equal(0, metrics.Read(MeterMetrics.OldestUnsent));
        Assert.Equal(0, app.CountLogLines(Alarm));
    }

    /// <summary>Creates an event of a user whose subscription has a current period.</summary>
    private static async Task<Reporter> UseAsync(CortexApp app, TimeSpan periodEndsIn)
    {
        var user = await app.NewReporterAsync();
        await app.SqlAsync(
            "UPDATE users SET billing_period_start = $2, billing_period_end = $3 WHERE id = $1",
            user.UserId,
            app.Clock.GetUtcNow().UtcDateTime.AddDays(-5),
            (app.Clock.GetUtcNow() + periodEndsIn).UtcDateTime);
        await app.UseAsync(user, app.ThisHour().AddHours(-3));
        await app.CloseAsync();
        return user;
    }

    /// <summary>Moves the clock and leaves the server time to count.</summary>
    private static Task WatchAsync(CortexApp app, TimeSpan time)
    {
        app.Clock.Advance(time);
        return Task.Delay(500, TestContext.Current.CancellationToken);
    }
}
