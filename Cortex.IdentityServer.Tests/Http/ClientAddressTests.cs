using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Http;

/// <summary>A server behind a proxy on this machine and one in 10.0.0.0/8.</summary>
public sealed class ProxiedApp(PostgresCluster cluster) : CortexApp(cluster)
{
    protected override IEnumerable<(string Name, string Value)> Settings => [("TRUSTED_PROXIES", "127.0.0.1,10.0.0.0/8")];
}

/// <summary>Whose address a session shows: the connection's, or the right-most hop that isn't a trusted proxy (OWASP ASVS 4.1.3).</summary>
public sealed class ClientAddressTests(CortexApp direct, ProxiedApp proxied) : IClassFixture<CortexApp>, IClassFixture<ProxiedApp>
{
    [Theory]
    [InlineData("X-Forwarded-For", "203.0.113.7")]
    [InlineData("X-Real-IP", "203.0.113.7")]
    [InlineData("Forwarded", "for=203.0.113.7")]
    [InlineData("CF-Connecting-IP", "203.0.113.7")]
    public async Task Without_trusted_proxies_no_header_counts(string header, string value) =>
        Assert.Equal("127.0.0.1", await SeenAsync(direct, header, value));

    [Theory]
    [InlineData("203.0.113.7", "203.0.113.7")]
    [InlineData("198.51.100.1, 203.0.113.7", "203.0.113.7")]
    [InlineData("203.0.113.7, 10.1.2.3", "203.0.113.7")]
    [InlineData("198.51.100.1, 203.0.113.7, 10.1.2.3, 10.9.9.9", "203.0.113.7")]
    [InlineData("2001:db8::7", "2001:db8::7")]
    [InlineData("127.0.0.1, 203.0.113.7", "203.0.113.7")]
    public async Task Behind_a_trusted_proxy_it_is_the_right_most_hop_that_is_not_ours(string forwarded, string expected) =>
        Assert.Equal(expected, await SeenAsync(proxied, "X-Forwarded-For", forwarded));

    [Theory]
    [InlineData("nonsense")]
    [InlineData("203.0.113.999")]
    [InlineData("")]
    public async Task What_is_no_address_changes_nothing(string forwarded) =>
        Assert.Equal("127.0.0.1", await SeenAsync(proxied, "X-Forwarded-For", forwarded));

    private static async Task<string?> SeenAsync(CortexApp app, string header, string value)
    {
        var user = await app.RegisterAsync();
        var http = app.Anonymous();
        http.DefaultRequestHeaders.TryAddWithoutValidation(header, value);
        var login = await (await http.PostAsync("/api/v1/auth/login", new { email = user.Email, password = user.Password })).JsonAsync(HttpStatusCode.OK);
        var sessions = await (await app.WithToken(Tokens.Of(login).AccessToken).GetAsync("/api/v1/auth/sessions", TestContext.Current.CancellationToken)).JsonAsync(HttpStatusCode.OK);
        return sessions[0].GetProperty("ip").GetString();
    }
}
