using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Http;

/// <summary>A server with the limits that docs/api.md lists.</summary>
public sealed class DefaultLimitsApp(PostgresCluster cluster) : CortexApp(cluster)
{
    protected override IEnumerable<(string Name, string Value)> Settings => [("RATE_LIMITS", ""), ("API_KEY_LIMITS", "")];
}

/// <summary>A server with limits low enough for a test to reach.</summary>
public class LowLimitsApp(PostgresCluster cluster) : CortexApp(cluster)
{
    protected override IEnumerable<(string Name, string Value)> Settings =>
        [("RATE_LIMITS", "register=10,login=10,refresh=50,refresh_session=3,sensitive=50,sensitive_user=3"), ("API_KEY_LIMITS", "free=3,pro=5")];
}

/// <summary>The same server behind a proxy on this machine.</summary>
public sealed class ProxiedLowLimitsApp(PostgresCluster cluster) : LowLimitsApp(cluster)
{
    protected override IEnumerable<(string Name, string Value)> Settings => [.. base.Settings, ("TRUSTED_PROXIES", "127.0.0.1")];
}

/// <summary>Limits per address apply before anything else and on every response, and forged headers don't bypass them (OWASP ASVS 4.1.3).</summary>
public sealed class AddressLimitTests(DefaultLimitsApp usual, LowLimitsApp low, ProxiedLowLimitsApp proxied)
    : IClassFixture<DefaultLimitsApp>, IClassFixture<LowLimitsApp>, IClassFixture<ProxiedLowLimitsApp>
{
    private const string Login = "/api/v1/auth/login";
    private const string Register = "/api/v1/auth/register";

    [Theory]
    [InlineData("POST", "/api/v1/auth/register", 300)]
    [InlineData("POST", "/api/v1/auth/login", 600)]
    [InlineData("POST", "/api/v1/auth/login/2fa", 600)]
    [InlineData("POST", "/api/v1/auth/refresh", 6000)]
    [InlineData("PATCH", "/api/v1/auth/me/password", 600)]
    [InlineData("POST", "/api/v1/auth/2fa/enable", 600)]
    [InlineData("POST", "/api/v1/auth/2fa/disable", 600)]
    [InlineData("POST", "/api/v1/auth/api-keys/generate", 600)]
    [InlineData("POST", "/api/v1/auth/api-keys/8a4c3f6e-3f0e-4c39-9d53-0d1a6a3e4b11/rotate", 600)]
    [InlineData("GET", "/health", 6000)]
    [InlineData("GET", "/health/live", 6000)]
    [InlineData("GET", "/api/v1/config", 600)]
    [InlineData("GET", "/openapi/v1.json", 600)]
    [InlineData("GET", "/scalar/", 600)]
    public async Task Every_anonymous_or_expensive_route_sends_the_limit_headers(string method, string path, int limit)
    {
        var http = usual.Anonymous();
        var first = RateLimitHeaders.Of(await SendAsync(http, method, path));
        var second = RateLimitHeaders.Of(await SendAsync(http, method, path));

        Assert.Equal(limit, first.Limit);
        Assert.Equal(first.Remaining - 1, second.Remaining);
        Assert.InRange(second.Reset, 1, 60);
    }

    /// <remarks>An exception clears the headers, and a body that is too large is never read.</remarks>
    [Fact]
    public async Task Responses_of_every_kind_carry_the_headers()
    {
        var user = await usual.RegisterAsync();
        var http = usual.Anonymous();

        var answers = new Dictionary<int, HttpResponseMessage>
        {
            [200] = await http.PostAsync(Login, new { email = user.Email, password = user.Password }),
            [401] = await http.PostAsync(Login, new { email = user.Email, password = "wrong horse battery staple" }),
            [400] = await http.PostTextAsync(Login, "{"),
            [413] = await http.PostTextAsync(Login, new string(' ', 70_000)),
        };

        Assert.All(answers, answer =>
        {
            Assert.Equal(answer.Key, (int)answer.Value.StatusCode);

            // A failed login also counts toward the address's twenty failures, of which fewer are left.
            Assert.Equal(answer.Key == 401 ? 20 : 600, RateLimitHeaders.Of(answer.Value).Limit);
        });
    }

    [Fact]
    public async Task Over_the_limit_requests_get_429_until_the_window_ends()
    {
        var http = low.Anonymous();
        NewWindow(low);
        await UseUpAsync(http, Register, 10);
        low.Clock.Advance(TimeSpan.FromSeconds(20.5));

        var refused = await http.PostAsync(Register, new { email = "refused@example.com", password = TestUser.DefaultPassword });

        await refused.ShouldBeProblemAsync(429, "rate_limited");
        Assert.Equal(new RateLimitHeaders(10, 0, 40), RateLimitHeaders.Of(refused));
        Assert.Equal(TimeSpan.FromSeconds(40), refused.Headers.RetryAfter?.Delta);
        Assert.Equal(0L, await low.SqlAsync("SELECT count(*) FROM users WHERE email = 'refused@example.com'"));

        low.Clock.Advance(TimeSpan.FromSeconds(40));
        var again = await http.PostAsync(Register, new { email = "allowed@example.com", password = TestUser.DefaultPassword });
        await again.ShouldBeAsync(HttpStatusCode.Created);
        Assert.Equal(9, RateLimitHeaders.Of(again).Remaining);
    }

    [Fact]
    public async Task Once_the_limit_is_reached_requests_are_not_examined()
    {
        var http = low.Anonymous();
        NewWindow(low);
        await UseUpAsync(http, Login, 10);

        await (await http.PostTextAsync(Login, "{")).ShouldBeProblemAsync(429, "rate_limited");
        await (await http.PostTextAsync(Login, new string(' ', 70_000))).ShouldBeProblemAsync(429, "rate_limited");

        // The server closes a connection whose request body it didn't read.
        http = low.Anonymous();
        http.DefaultRequestHeaders.Add("X-API-Key", "x");
        http.DefaultRequestHeaders.Add("Authorization", "Bearer x");
        await (await http.PostAsync(Login, new { })).ShouldBeProblemAsync(429, "rate_limited");
    }

    [Fact]
    public async Task Of_200_concurrent_requests_exactly_the_limit_passes()
    {
        NewWindow(low);

        var statuses = await Concurrently.StatusesAsync(200, _ => low.Anonymous().PostTextAsync(Login, "{}"));

        Assert.Equal(10, statuses.Count(status => status == HttpStatusCode.BadRequest));
        Assert.Equal(190, statuses.Count(status => status == HttpStatusCode.TooManyRequests));
    }

    [Theory]
    [InlineData("/api/v1/auth/LOGIN")]
    [InlineData("/API/v1/auth/login/")]
    [InlineData("/api/v1/auth/login/2fa")]
    [InlineData("/api/v1/auth/%6Cogin")]
    [InlineData("/api/v1/auth/login?x=1")]
    public async Task All_spellings_of_a_path_share_its_count(string spelling)
    {
        var http = low.Anonymous();
        NewWindow(low);
        await UseUpAsync(http, Login, 10);

        await (await http.PostAsync(spelling, new { })).ShouldBeProblemAsync(429, "rate_limited");
    }

    [Theory]
    [InlineData("//api/v1/auth/login")]
    [InlineData("/api/v1/auth//login")]
    public async Task A_spelling_that_is_not_a_route_does_not_bypass_the_limit(string spelling)
    {
        NewWindow(low);

        Assert.Equal(
            HttpStatusCode.NotFound,
            (await low.Anonymous()
                .PostAsync(
                    new Uri(low.BaseAddress.GetLeftPart(UriPartial.Authority) + spelling), new StringContent("{}", null, "application/json"),
                    TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task Without_trusted_proxies_a_forged_address_does_not_bypass_the_limit()
    {
        NewWindow(low);

        var statuses = new List<HttpStatusCode>();
        for (var time = 0; time < 12; time++)
        {
            statuses.Add((await From(low, $"203.0.113.{time}").PostAsync(Login, new { })).StatusCode);
        }

        Assert.Equal(2, statuses.Count(status => status == HttpStatusCode.TooManyRequests));
    }

    [Fact]
    public async Task Behind_a_trusted_proxy_each_address_and_each_IPv6_network_has_its_own_count()
    {
        NewWindow(proxied);
        await UseUpAsync(From(proxied, "203.0.113.7"), Login, 10);
        await UseUpAsync(From(proxied, "2001:db8:1:2::1"), Login, 10);

        await (await From(proxied, "203.0.113.7").PostAsync(Login, new { })).ShouldBeProblemAsync(429, "rate_limited");
        await (await From(proxied, "198.51.100.9, 203.0.113.7").PostAsync(Login, new { })).ShouldBeProblemAsync(429, "rate_limited");
        await (await From(proxied, "2001:db8:1:2:ffff::9").PostAsync(Login, new { })).ShouldBeProblemAsync(429, "rate_limited");
        await (await From(proxied, "203.0.113.8").PostAsync(Login, new { })).ShouldBeAsync(HttpStatusCode.BadRequest);
        await (await From(proxied, "2001:db8:1:3::1").PostAsync(Login, new { })).ShouldBeAsync(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task An_exhausted_limit_does_not_affect_other_routes()
    {
        NewWindow(low);
        await UseUpAsync(low.Anonymous(), Login, 10);

        await (await low.Anonymous().PostAsync(Register, new { })).ShouldBeAsync(HttpStatusCode.BadRequest);
        await (await low.Anonymous().FetchAsync("/health/live")).ShouldBeAsync(HttpStatusCode.OK);
    }

    private static Task<HttpResponseMessage> SendAsync(HttpClient http, string method, string path) => http.SendAsync(
        new(new(method), path) { Content = method == "GET" ? null : new StringContent("{}", null, "application/json") }, TestContext.Current.CancellationToken);

    private static HttpClient From(CortexApp app, string forwarded)
    {
        var http = app.Anonymous();
        http.DefaultRequestHeaders.TryAddWithoutValidation("X-Forwarded-For", forwarded);
        return http;
    }

    private static void NewWindow(CortexApp app) => app.Clock.Advance(TimeSpan.FromMinutes(1));

    private static async Task UseUpAsync(HttpClient http, string path, int limit)
    {
        for (var time = 1; time <= limit; time++)
        {
            var answer = await http.PostAsync(path, new { });
            await answer.ShouldBeAsync(HttpStatusCode.BadRequest);
            Assert.Equal(limit - time, RateLimitHeaders.Of(answer).Remaining);
        }
    }
}
