using System.Net;
using System.Text.Json;
using Cortex.IdentityServer.Tests.Http;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Frontend;

/// <summary>A server that a frontend on another origin uses, with few requests for documents.</summary>
public sealed class FrontendApp(PostgresCluster cluster) : CortexApp(cluster)
{
    public const string Origin = "https://app.example.com";

    protected override IEnumerable<(string Name, string Value)> Settings =>
        [("API_KEY_LIMITS", ""), ("RATE_LIMITS", "documents=20"), ("CORS_ORIGINS", Origin)];
}

/// <summary>What a frontend learns about the server before somebody logs in.</summary>
public sealed class ConfigTests(FrontendApp app, CuttableApp cut) : IClassFixture<FrontendApp>, IClassFixture<CuttableApp>
{
    private const string Route = "/api/v1/config";

    [Fact]
    public async Task The_defaults_are_shown()
    {
        var config = await (await app.Anonymous().FetchAsync(Route)).JsonAsync(HttpStatusCode.OK);

        Assert.Equal(
            [
                "version", "registration", "require_verified_email", "password", "passkeys", "billing", "tiers", "quotas_enforced", "tier_limits",
                "api_key_scopes",
            ],
            config.EnumerateObject().Select(member => member.Name));
        Assert.Matches("^[0-9]+\\.[0-9]+", config.GetProperty("version").GetString());
        Assert.Equal(
            """
            {"registration":"open","require_verified_email":false,"password":{"min_length":8,"max_length":256},"passkeys":true,"billing":false,
            "tiers":["free","pro","enterprise"],"quotas_enforced":false,"tier_limits":[{"tier":"free","requests_per_minute":60,"quota":null},
            {"tier":"pro","requests_per_minute":600,"quota":null},{"tier":"enterprise","requests_per_minute":6000,"quota":null}],"api_key_scopes":null}
            """.ReplaceLineEndings(""),
            "{" + config.GetRawText()[(config.GetRawText().IndexOf(',', StringComparison.Ordinal) + 1)..]);
    }

    [Fact]
    public async Task Every_setting_is_shown()
    {
        using var http = app.StartReplica(
            out var replica,
            ("REGISTRATION", "closed"), ("REQUIRE_VERIFIED_EMAIL", "true"), ("PUBLIC_URL", "https://192.0.2.1"), ("QUOTA_MODE", "hard"),
            ("POLAR_ACCESS_TOKEN", "polar_oat_test"), ("API_KEY_LIMITS", "team=1200,pro=700"), ("QUOTAS", "free:requests=1000,cost_usd=1.5;team:tokens=5"),
            ("API_KEY_SCOPES", "memory:write,memory:read,usage:write"));
        using (replica)
        {
            var config = await (await http.FetchAsync(Route)).JsonAsync(HttpStatusCode.OK);

            Assert.Equal("closed", config.GetProperty("registration").GetString());
            Assert.True(config.GetProperty("require_verified_email").GetBoolean());
            Assert.False(config.GetProperty("passkeys").GetBoolean());
            Assert.True(config.GetProperty("billing").GetBoolean());
            Assert.True(config.GetProperty("quotas_enforced").GetBoolean());
            Assert.Equal(["free", "pro", "enterprise", "team"], Texts(config.GetProperty("tiers")));
            Assert.Equal(["introspect", "memory:read", "memory:write", "usage:read"], Texts(config.GetProperty("api_key_scopes")));
            Assert.Equal(
                [
                    """{"tier":"free","requests_per_minute":60,"quota":{"requests":1000,"tokens":null,"cost_usd":1.5}}""",
                    """{"tier":"pro","requests_per_minute":700,"quota":null}""",
                    """{"tier":"enterprise","requests_per_minute":6000,"quota":null}""",
                    """{"tier":"team","requests_per_minute":1200,"quota":{"requests":null,"tokens":5,"cost_usd":null}}""",
                ],
                config.GetProperty("tier_limits").EnumerateArray().Select(tier => tier.GetRawText()));
        }
    }

    [Fact]
    public async Task The_response_can_be_cached_and_is_not_sent_again()
    {
        var answer = await app.Anonymous().FetchAsync(Route);
        Assert.Equal("public, max-age=60", answer.Headers.CacheControl?.ToString());
        var tag = answer.Headers.ETag!.ToString();

        foreach (var (sent, status) in new[]
        {
            (tag, HttpStatusCode.NotModified), ($"W/{tag}", HttpStatusCode.NotModified), ($"\"other\", {tag}", HttpStatusCode.NotModified),
            ("*", HttpStatusCode.NotModified), ("\"other\"", HttpStatusCode.OK), ("garbage", HttpStatusCode.OK),
        })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, Route);
            request.Headers.TryAddWithoutValidation("If-None-Match", sent);
            var again = await app.Anonymous().SendAsync(request, TestContext.Current.CancellationToken);

            await again.ShouldBeAsync(status);
            Assert.Equal(tag, again.Headers.ETag?.ToString());
            Assert.Equal("public, max-age=60", again.Headers.CacheControl?.ToString());
            Assert.Equal(status == HttpStatusCode.NotModified, (await again.TextAsync()).Length == 0);
        }
    }

    [Fact]
    public async Task HEAD_has_the_same_headers()
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, Route);

        var answer = await app.Anonymous().SendAsync(request, TestContext.Current.CancellationToken);

        await answer.ShouldBeAsync(HttpStatusCode.OK);
        Assert.Equal("", await answer.TextAsync());
        Assert.Equal((await app.Anonymous().FetchAsync(Route)).Headers.ETag, answer.Headers.ETag);
    }

    /// <remarks>A frontend that sends its cookie along with every request can't read a response that allows every origin.</remarks>
    [Theory]
    [InlineData(FrontendApp.Origin, FrontendApp.Origin)]
    [InlineData("https://evil.example", null)]
    public async Task A_frontend_on_a_listed_origin_can_read_it_with_cookies(string origin, string? allowed)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Route);
        request.Headers.Add("Origin", origin);

        var answer = await app.Anonymous().SendAsync(request, TestContext.Current.CancellationToken);

        await answer.ShouldBeAsync(HttpStatusCode.OK);
        Assert.Equal(allowed, answer.Headers.TryGetValues("Access-Control-Allow-Origin", out var origins) ? origins.Single() : null);
        Assert.Equal(allowed is not null, answer.Headers.Contains("Access-Control-Allow-Credentials"));
        Assert.Contains("Origin", answer.Headers.Vary);
    }

    [Fact]
    public async Task Requests_beyond_the_limit_of_the_address_are_refused()
    {
        using var http = app.StartReplica(out var replica, ("RATE_LIMITS", "documents=2"));
        using (replica)
        {
            await (await http.FetchAsync(Route)).ShouldBeAsync(HttpStatusCode.OK);
            await (await http.FetchAsync(Route)).ShouldBeAsync(HttpStatusCode.OK);
            var refused = await http.FetchAsync(Route);

            await refused.ShouldBeProblemAsync(429, "rate_limited");
            Assert.Equal("no-store", refused.Headers.CacheControl?.ToString());
        }
    }

    [Fact]
    public async Task It_needs_no_database_and_ignores_credentials()
    {
        await cut.Wire.CutAsync();
        try
        {
            var http = cut.WithToken("garbage");
            await (await http.FetchAsync(Route)).JsonAsync(HttpStatusCode.OK);
        }
        finally
        {
            cut.Wire.Restore();
        }
    }

    private static IEnumerable<string?> Texts(JsonElement array) => array.EnumerateArray().Select(text => text.GetString());
}
