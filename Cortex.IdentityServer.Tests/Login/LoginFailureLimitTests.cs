using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Login;

/// <summary>A server with the default limit of twenty failed logins per address and without a trusted proxy.</summary>
public sealed class TwentyFailuresApp(PostgresCluster cluster) : CortexApp(cluster)
{
    protected override IEnumerable<(string Name, string Value)> Settings =>
        [("RATE_LIMITS", "register=100000,login=100000,sensitive=100000,sensitive_user=100000")];
}

/// <summary>A server with the default limit of failed logins, which replicas share through Redis.</summary>
public sealed class SharedFailuresApp(PostgresCluster cluster) : RedisApp(cluster)
{
    protected override IEnumerable<(string Name, string Value)> Settings => [.. base.Settings, ("RATE_LIMITS", "register=100000,login=100000")];

    /// <summary>Slow hashes spread two hundred requests over time, so that Redis responds to each of them in time.</summary>
    internal override int BcryptCost => 10;
}

/// <summary>After twenty failed logins within five minutes an address is refused.</summary>
public sealed class LoginFailureLimitTests : IClassFixture<TwentyFailuresApp>
{
    private const string Route = "/api/v1/auth/login";

    private readonly TwentyFailuresApp _app;

    public LoginFailureLimitTests(TwentyFailuresApp app)
    {
        _app = app;
        app.Clock.Advance(TimeSpan.FromMinutes(6));
    }

    /// <remarks>Headers that any client can send don't start a new count (CVE-2023-36456).</remarks>
    [Fact]
    public async Task After_twenty_failures_an_address_is_refused_whatever_headers_it_sends()
    {
        var user = await _app.RegisterAsync();
        for (var i = 0; i < 20; i++)
        {
            await (await LogInWithSpoofedHeadersAsync(i, _app.NewEmail())).ShouldBeProblemAsync(401, "invalid_credentials");
        }

        var refused = await LogInWithSpoofedHeadersAsync(21, _app.NewEmail());
        await refused.ShouldBeProblemAsync(429, "rate_limited");
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 300);
        Assert.Equal("0", refused.Headers.GetValues("RateLimit-Remaining").Single());
        await (await _app.Anonymous().PostAsync(Route, new { email = user.Email, password = user.Password })).ShouldBeProblemAsync(429, "rate_limited");

        _app.Clock.Advance(TimeSpan.FromMinutes(5));
        await _app.LogInAsync(user);
    }

    /// <remarks>Logins hold permits while they are being checked. A login that is refused for that reason may retry when others are done.</remarks>
    [Fact]
    public async Task Thirty_concurrent_correct_logins_succeed_or_may_retry_shortly()
    {
        var users = new List<TestUser>();
        for (var count = 0; count < 10; count++)
        {
            users.Add(await _app.RegisterAsync());
        }

        var answers = await Concurrently.RunAsync(
            30, index => _app.Anonymous().PostAsync(Route, new { email = users[index % 10].Email, password = users[index % 10].Password }));

        Assert.True(answers.Count(answer => answer.StatusCode == HttpStatusCode.OK) >= 20);
        Assert.All(answers.Where(answer => answer.StatusCode != HttpStatusCode.OK), answer =>
        {
            Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
            Assert.InRange(answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        });
    }

    [Fact]
    public async Task Only_failures_are_counted()
    {
        var user = await _app.SignUpWithTwoFactorAsync();
        for (var i = 0; i < 25; i++)
        {
            await _app.ChallengeAsync(user.User);
        }

        var locked = _app.NewEmail();
        for (var i = 0; i < 5; i++)
        {
            await (await _app.Anonymous().PostAsync(Route, new { email = locked, password = "not the password" }))
                .ShouldBeProblemAsync(401, "invalid_credentials");
        }

        // These are refused because the account is throttled, so no password was checked.
        for (var i = 0; i < 25; i++)
        {
            await (await _app.Anonymous().PostAsync(Route, new { email = locked, password = "not the password" })).ShouldBeProblemAsync(429, "rate_limited");
        }

        await _app.ChallengeAsync(user.User);
    }

    private Task<HttpResponseMessage> LogInWithSpoofedHeadersAsync(int number, string email)
    {
        var http = _app.Anonymous();
        http.DefaultRequestHeaders.Add("X-Forwarded-For", $"203.0.113.{number}");
        http.DefaultRequestHeaders.Add("X-Real-IP", $"203.0.113.{number}");
        http.DefaultRequestHeaders.Add("Forwarded", $"for=203.0.113.{number}");
        return http.PostAsync(Route, new { email, password = "not the password" });
    }
}

/// <inheritdoc cref="LoginFailureLimitTests"/>
[Collection(RedisTests.Name)]
public sealed class SharedLoginFailureLimitTests(SharedFailuresApp app) : IClassFixture<SharedFailuresApp>
{
    /// <remarks>The limit is exact across replicas.</remarks>
    [Fact]
    public async Task Of_two_hundred_concurrent_wrong_logins_over_two_replicas_twenty_are_checked()
    {
        var replica = app.StartReplica(out var stop);
        using (stop)
        {
            var answers = await Concurrently.StatusesAsync(200, index =>
                (index % 2 == 0 ? app.Anonymous() : replica)
                    .PostAsync("/api/v1/auth/login", new { email = $"nobody{index}@example.com", password = "not the password" }));

            Assert.Equal(20, answers.Count(status => status == HttpStatusCode.Unauthorized));
            Assert.Equal(180, answers.Count(status => status == HttpStatusCode.TooManyRequests));
        }
    }
}
