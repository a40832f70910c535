using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;
using static Cortex.IdentityServer.Tests.Infrastructure.BrowserSteps;

namespace Cortex.IdentityServer.Tests.Sessions;

/// <summary>A server in Production whose PUBLIC_URL is plain HTTP.</summary>
public sealed class ProductionApp(PostgresCluster cluster) : CortexApp(cluster)
{
    protected override string Environment => "Production";
}

/// <summary>A development server that browsers reach over HTTPS, through a proxy that terminates TLS.</summary>
public sealed class HttpsApp(PostgresCluster cluster) : CortexApp(cluster)
{
    public const string Origin = "https://id.example.com:8443";

    protected override IEnumerable<(string Name, string Value)> Settings => [("PUBLIC_URL", Origin + "/identity")];
}

/// <summary>A development server without any HTTPS setting, behind a proxy that it trusts.</summary>
public sealed class ProxiedApp(PostgresCluster cluster) : CortexApp(cluster)
{
    protected override IEnumerable<(string Name, string Value)> Settings => [("TRUSTED_PROXIES", "127.0.0.1")];
}

/// <remarks>Checks the cookie's name and attributes over HTTP and HTTPS.</remarks>
public sealed class RefreshCookieAttributeTests(ProductionApp production, HttpsApp https, ProxiedApp proxied, CortexApp plain)
    : IClassFixture<ProductionApp>, IClassFixture<HttpsApp>, IClassFixture<ProxiedApp>, IClassFixture<CortexApp>
{
    private const string SecureAttributes = "max-age=2592000; path=/; secure; samesite=strict; httponly";

    private static readonly (string, string) ProxiedByTls = ("X-Forwarded-Proto", "https");

    /// <remarks>The connection and PUBLIC_URL are plain HTTP, and a proxy may even report HTTP.</remarks>
    [Theory]
    [InlineData(null)]
    [InlineData("http")]
    [InlineData("https")]
    public async Task In_Production_the_cookie_is_always_secure(string? forwardedProto)
    {
        var user = await production.RegisterAsync();
        (string, string)[] headers = forwardedProto is null ? [] : [("X-Forwarded-Proto", forwardedProto)];

        var answer = await production.PostFromBrowserAsync(LogIn + UseCookies, LoginBody(user), headers);

        await answer.ShouldBeAsync(HttpStatusCode.OK);
        Assert.Equal($"{SecureCookie}={answer.CookieValue(SecureCookie)}; {SecureAttributes}", answer.SetCookie());
    }

    [Fact]
    public async Task Production_rotates_clears_and_logs_out_by_that_cookie_and_reads_no_other()
    {
        var (_, _, token) = await production.LogInWithCookieAsync(SecureCookie);

        await (await production.PostFromBrowserAsync(Refresh, headers: Cookie(token, PlainCookie))).ShouldBeProblemAsync(400, "validation_failed");
        await (await production.PostFromBrowserAsync(Refresh, headers: Cookie(token, "__host-cortex_refresh"))).ShouldBeProblemAsync(400, "validation_failed");
        await (await production.PostFromBrowserAsync(LogOut, headers: Cookie(token, PlainCookie))).ShouldBeProblemAsync(401, "unauthenticated");
        var rotated = await production.PostFromBrowserAsync(Refresh, headers: Cookie(token, SecureCookie));
        Assert.Equal($"{SecureCookie}={rotated.CookieValue(SecureCookie)}; {SecureAttributes}", rotated.SetCookie());
        var loggedOut = await production.PostFromBrowserAsync(LogOut, headers: Cookie(rotated.CookieValue(SecureCookie), SecureCookie));

        await loggedOut.ShouldBeAsync(HttpStatusCode.NoContent);
        loggedOut.ShouldClearCookie(SecureCookie);
    }

    [Fact]
    public async Task A_development_server_on_plain_http_has_the_plain_name()
    {
        var user = await plain.RegisterAsync();

        var answer = await plain.PostFromBrowserAsync(LogIn + UseCookies, LoginBody(user));

        Assert.Equal($"{PlainCookie}={answer.CookieValue()}; max-age=2592000; path=/; samesite=strict; httponly", answer.SetCookie());
    }

    [Fact]
    public async Task With_an_https_PUBLIC_URL_the_cookie_is_secure_although_the_connection_is_not()
    {
        var user = await https.RegisterAsync();

        var answer = await https.PostFromBrowserAsync(LogIn + UseCookies, LoginBody(user), ("Origin", HttpsApp.Origin));

        await answer.ShouldBeAsync(HttpStatusCode.OK);
        Assert.Equal($"{SecureCookie}={answer.CookieValue(SecureCookie)}; {SecureAttributes}", answer.SetCookie());
        var rotated = await https.PostFromBrowserAsync(Refresh, headers: Cookie(answer.CookieValue(SecureCookie), SecureCookie));
        Assert.Equal($"{SecureCookie}={rotated.CookieValue(SecureCookie)}; {SecureAttributes}", rotated.SetCookie());
    }

    [Fact]
    public async Task Only_a_trusted_proxy_may_report_https()
    {
        var (user, stranger) = (await proxied.RegisterAsync(), await plain.RegisterAsync());

        Assert.StartsWith(
            SecureCookie, (await proxied.PostFromBrowserAsync(LogIn + UseCookies, LoginBody(user), ProxiedByTls)).SetCookie(), StringComparison.Ordinal);
        Assert.StartsWith(PlainCookie, (await proxied.PostFromBrowserAsync(LogIn + UseCookies, LoginBody(user))).SetCookie(), StringComparison.Ordinal);
        Assert.StartsWith(
            PlainCookie, (await plain.PostFromBrowserAsync(LogIn + UseCookies, LoginBody(stranger), ProxiedByTls)).SetCookie(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_cookie_lives_as_long_as_its_token()
    {
        var (_, _, token) = await plain.LogInWithCookieAsync();
        for (var days = 0; days < 75; days += 25)
        {
            plain.Clock.Advance(TimeSpan.FromDays(25));
            token = (await plain.PostFromBrowserAsync(Refresh, headers: Cookie(token))).CookieValue();
        }

        var answer = await plain.PostFromBrowserAsync(Refresh, headers: Cookie(token));

        Assert.Equal(15 * 24 * 3600, (await answer.JsonAsync(HttpStatusCode.OK)).GetProperty("refresh_expires_in").GetInt64());
        Assert.Contains($"; max-age={15 * 24 * 3600};", answer.SetCookie(), StringComparison.Ordinal);
    }
}
