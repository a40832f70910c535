using System.Diagnostics;
using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Login;

/// <summary>A server whose clock advances whenever it is read, as a real clock does.</summary>
public sealed class AdvancingClockApp : CortexApp
{
    public AdvancingClockApp(PostgresCluster cluster)
        : base(cluster) => Clock.AutoAdvanceAmount = TimeSpan.FromMicroseconds(3);
}

/// <summary>An attempt is recorded at one time and settled at another, and the pending row still has to be found.</summary>
public sealed class AdvancingClockTests(AdvancingClockApp app) : IClassFixture<AdvancingClockApp>
{
    private const string Route = "/api/v1/auth/login";

    [Fact]
    public async Task No_attempt_stays_pending_and_a_throttled_login_is_refused_immediately()
    {
        var user = await app.RegisterAsync();
        await app.LogInAsync(user);
        for (var i = 0; i < 5; i++)
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
    public async Task Blocked_strangers_may_retry_after_exactly_fifteen_minutes()
    {
        var email = app.NewEmail();
        await (await app.Anonymous().PostAsync(Route, new { email, password = "wrong horse battery staple" })).ShouldBeAsync(HttpStatusCode.Unauthorized);
        await app.SqlAsync("UPDATE login_attempts SET in_a_row = 100 WHERE in_a_row = 1");

        await ClientAddressApp.ShouldBeThrottledAsync(await app.Anonymous().PostAsync(Route, new { email, password = "wrong horse battery staple" }), 900);
    }
}
