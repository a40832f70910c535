using System.Diagnostics;
using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Login;

/// <summary>A server whose clock moves on whenever it is looked at, as clocks do.</summary>
public sealed class AdvancingClockApp : CortexApp
{
    public AdvancingClockApp(PostgresCluster cluster)
        : base(cluster) => Clock.AutoAdvanceAmount = TimeSpan.FromMicroseconds(3);
}

/// <summary>An attempt is booked at one time and settled at another: what is booked must be found again.</summary>
public sealed class AdvancingClockTests(AdvancingClockApp app) : IClassFixture<AdvancingClockApp>
{
    private const string Route = "/api/v1/auth/login";

    [Fact]
    public async Task No_attempt_stays_under_way_and_a_wait_is_told_at_once()
    {
        var user = await app.RegisterAsync();
        await app.LogInAsync(user);
        for (var time = 0; time < 5; time++)
        {
            await (await app.Anonymous().PostAsync(Route, new { email = user.Email, password = "wrong horse battery staple" }))
                .ShouldBeAsync(HttpStatusCode.Unauthorized);
        }

        Assert.Equal(0L, await app.SqlAsync("SELECT count(*) FROM login_attempts WHERE cardinality(pending) > 0"));
        var started = Stopwatch.GetTimestamp();
        await (await app.Anonymous().PostAsync(Route, new { email = user.Email, password = user.Password })).ShouldBeProblemAsync(429, "rate_limited");
        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Blocked_strangers_wait_fifteen_minutes_and_no_second_more()
    {
        var email = app.NewEmail();
        await (await app.Anonymous().PostAsync(Route, new { email, password = "wrong horse battery staple" })).ShouldBeAsync(HttpStatusCode.Unauthorized);
        await app.SqlAsync("UPDATE login_attempts SET in_a_row = 100 WHERE in_a_row = 1");

        await ClientAddressApp.ShouldBeThrottledAsync(await app.Anonymous().PostAsync(Route, new { email, password = "wrong horse battery staple" }), 900);
    }
}
