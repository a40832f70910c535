using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Login;

/// <summary>A server that allows an address its twenty failures, and no proxy.</summary>
public sealed class TwentyFailuresApp(PostgresCluster cluster) : CortexApp(cluster)
{
    protected override IEnumerable<(string Name, string Value)> Settings =>
        [("RATE_LIMITS", "register=100000,login=100000,sensitive=100000,sensitive_user=100000")];
}

/// <summary>The same with a Redis for all replicas.</summary>
public sealed class SharedFailuresApp(PostgresCluster cluster) : RedisApp(cluster)
{
    protected override IEnumerable<(string Name, string Value)> Settings => [.. base.Settings, ("RATE_LIMITS", "register=100000,login=100000")];

    /// <summary>Hashes that take a while spread two hundred requests, so that Redis answers each of them in time.</summary>
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

    /// <remarks>Headers that anybody can send start no new count (CVE-2023-36456).</remarks>
    [Fact]
    public async Task After_twenty_failures_an_address_is_refused_whatever_it_says_of_itself()
    {
        var user = await _app.RegisterAsync();
        for (var time = 0; time < 20; time++)
        {
            await (await SpoofedAsync(time, _app.NewEmail())).ShouldBeProblemAsync(401, "invalid_credentials");
        }

        var refused = await SpoofedAsync(21, _app.NewEmail());
        await refused.ShouldBeProblemAsync(429, "rate_limited");
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 300);
        Assert.Equal("0", refused.Headers.GetValues("RateLimit-Remaining").Single());
        await (await _app.Anonymous().PostAsync(Route, new { email = user.Email, password = user.Password })).ShouldBeProblemAsync(429, "rate_limited");

        _app.Clock.Advance(TimeSpan.FromMinutes(5));
        await _app.LogInAsync(user);
    }

    /// <remarks>Right logins hold permits while they are checked; whoever is refused for that may come back when they are done.</remarks>
    [Fact]
    public async Task Thirty_right_logins_at_once_are_let_in_or_told_to_come_back_in_a_moment()
    {
        var users = new List<TestUser>();
        for (var count = 0; count < 10; count++)
        {
            users.Add(await _app.RegisterAsync());
        }

        var answers = await AtOnce.RunAsync(
            30, index => _app.Anonymous().PostAsync(Route, new { email = users[index % 10].Email, password = users[index % 10].Password }));

        Assert.True(answers.Count(answer => answer.StatusCode == HttpStatusCode.OK) >= 20);
        Assert.All(answers.Where(answer => answer.StatusCode != HttpStatusCode.OK), answer =>
        {
            Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
            Assert.InRange(answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        });
    }

    [Fact]
    public async Task What_is_no_failure_is_not_counted()
    {
        var user = await _app.WithTwoFactorAsync();
        for (var time = 0; time < 25; time++)
        {
            await _app.ChallengeAsync(user.User);
        }

        var locked = _app.NewEmail();
        for (var time = 0; time < 5; time++)
        {
            await (await _app.Anonymous().PostAsync(Route, new { email = locked, password = "not the password" }))
                .ShouldBeProblemAsync(401, "invalid_credentials");
        }

        // Refused for the account's sake: no password was looked at.
        for (var time = 0; time < 25; time++)
        {
            await (await _app.Anonymous().PostAsync(Route, new { email = locked, password = "not the password" })).ShouldBeProblemAsync(429, "rate_limited");
        }

        await _app.ChallengeAsync(user.User);
    }

    private Task<HttpResponseMessage> SpoofedAsync(int time, string email)
    {
        var http = _app.Anonymous();
        http.DefaultRequestHeaders.Add("X-Forwarded-For", $"203.0.113.{time}");
        http.DefaultRequestHeaders.Add("X-Real-IP", $"203.0.113.{time}");
        http.DefaultRequestHeaders.Add("Forwarded", $"for=203.0.113.{time}");
        return http.PostAsync(Route, new { email, password = "not the password" });
    }
}

/// <inheritdoc cref="LoginFailureLimitTests"/>
public sealed class SharedLoginFailureLimitTests(SharedFailuresApp app) : IClassFixture<SharedFailuresApp>
{
    /// <remarks>The limit counts over replicas, exactly.</remarks>
    [Fact]
    public async Task Of_two_hundred_wrong_logins_at_once_over_two_replicas_twenty_are_looked_at()
    {
        var replica = app.StartReplica(out var stop);
        using (stop)
        {
            var answers = await AtOnce.StatusesAsync(200, index =>
                (index % 2 == 0 ? app.Anonymous() : replica)
                    .PostAsync("/api/v1/auth/login", new { email = $"nobody{index}@example.com", password = "not the password" }));

            Assert.Equal(20, answers.Count(status => status == HttpStatusCode.Unauthorized));
            Assert.Equal(180, answers.Count(status => status == HttpStatusCode.TooManyRequests));
        }
    }
}
