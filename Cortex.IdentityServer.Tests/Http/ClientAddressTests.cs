using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Http;

/// <summary>A server behind a proxy on this machine and one in 10.0.0.0/8.</summary>
public sealed class ProxiedApp(PostgresCluster cluster) : CortexApp(cluster)
{
    protected override IEnumerable<(string Name, string Value)> Settings => [("TRUSTED_PROXIES", "127.0.0.1,10.0.0.0/8"), ("RATE_LIMITS", "")];
}

/// <summary>A session shows the connection's address, or that of the right-most hop that isn't a trusted proxy (OWASP ASVS 4.1.3).</summary>
public sealed class ClientAddressTests(CortexApp direct, ProxiedApp proxied) : IClassFixture<CortexApp>, IClassFixture<ProxiedApp>
{
    [Theory]
    [InlineData("X-Forwarded-For", "203.0.113.7")]
    [InlineData("X-Real-IP", "203.0.113.7")]
    [InlineData("Forwarded", "for=203.0.113.7")]
    [InlineData("CF-Connecting-IP", "203.0.113.7")]
    public async Task Without_trusted_proxies_forwarded_headers_are_ignored(string header, string value) =>
        Assert.Equal("127.0.0.1", await SeenAsync(direct, header, value));

    [Theory]
    [InlineData("203.0.113.7", "203.0.113.7")]
    [InlineData("198.51.100.1, 203.0.113.7", "203.0.113.7")]
    [InlineData("203.0.113.7, 10.1.2.3", "203.0.113.7")]
    [InlineData("198.51.100.1, 203.0.113.7, 10.1.2.3, 10.9.9.9", "203.0.113.7")]
    [InlineData("2001:db8::7", "2001:db8::7")]
    [InlineData("127.0.0.1, 203.0.113.7", "203.0.113.7")]
    public async Task Behind_trusted_proxies_the_right_most_untrusted_hop_counts(string forwarded, string expected) =>
        Assert.Equal(expected, await SeenAsync(proxied, "X-Forwarded-For", forwarded));

    [Theory]
    [InlineData("nonsense")]
    [InlineData("203.0.113.999")]
    [InlineData("")]
    public async Task An_invalid_address_is_ignored(string forwarded) =>
        Assert.Equal("127.0.0.1", await SeenAsync(proxied, "X-Forwarded-For", forwarded));

    /// <remarks>All IPv4 addresses behind a NAT64 share one /64 (RFC 6052), so a single client could otherwise lock out the rest.</remarks>
    [Fact]
    public async Task Twenty_failures_behind_NAT64_do_not_block_others_behind_it()
    {
        var other = await proxied.RegisterAsync();
        for (var failure = 0; failure < 20; failure++)
        {
            await (await LogInFromAsync("64:ff9b::cb00:714d", $"nobody-{failure}@example.com", "wrong horse battery staple"))
                .ShouldBeAsync(HttpStatusCode.Unauthorized);
        }

        await (await LogInFromAsync("64:ff9b::cb00:714d", other.Email, other.Password)).ShouldBeProblemAsync(429, "rate_limited");
        await (await LogInFromAsync("203.0.113.77", other.Email, other.Password)).ShouldBeProblemAsync(429, "rate_limited");
        await (await LogInFromAsync("64:ff9b::c633:6401", other.Email, other.Password)).ShouldBeAsync(HttpStatusCode.OK);
    }

    private async Task<HttpResponseMessage> LogInFromAsync(string address, string email, string password)
    {
        var http = proxied.Anonymous();
        http.DefaultRequestHeaders.Add("X-Forwarded-For", address);
        return await http.PostAsync("/api/v1/auth/login", new { email, password });
    }

    private static async Task<string?> SeenAsync(CortexApp app, string header, string value)
    {
        var user = await app.RegisterAsync();
        var http = app.Anonymous();
        http.DefaultRequestHeaders.TryAddWithoutValidation(header, value);
        var login = await (await http.PostAsync("/api/v1/auth/login", new { email = user.Email, password = user.Password })).JsonAsync(HttpStatusCode.OK);
        var sessions = await (await app.WithToken(Tokens.Of(login).AccessToken).GetAsync("/api/v1/auth/sessions", TestContext.Current.CancellationToken))
            .JsonAsync(HttpStatusCode.OK);
        return sessions[0].GetProperty("ip").GetString();
    }
}
