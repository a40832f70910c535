using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;
using static Cortex.IdentityServer.Tests.Infrastructure.BrowserSteps;

namespace Cortex.IdentityServer.Tests.Sessions;

/// <summary>Invalid refresh cookies, and requests where the cookie has no effect.</summary>
public sealed class RefusedRefreshCookieTests(CortexApp app) : IClassFixture<CortexApp>
{
    [Theory]
    [InlineData("")]
    [InlineData("garbage")]
    [InlineData("ctr_")]
    [InlineData("\"ctr_AAAA\"")]
    [InlineData("ctr_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("' OR 1=1--")]
    [InlineData("%00%FF%E2%28%A1")]
    [InlineData("a=b=c")]
    [InlineData("{\"a\":[1]}")]
    public async Task Garbage_is_refused_and_cleared(string garbage)
    {
        foreach (var path in new[] { Refresh, Refresh + UseCookies, LogOut })
        {
            var answer = await app.PostFromBrowserAsync(path, headers: Cookie(garbage));

            await answer.ShouldBeProblemAsync(401, "invalid_refresh_token");
            answer.ShouldClearCookie();
        }
    }

    [Fact]
    public async Task An_oversized_cookie_is_refused()
    {
        await (await app.PostFromBrowserAsync(Refresh, headers: Cookie(new string('a', 20_000)))).ShouldBeProblemAsync(401, "invalid_refresh_token");
        await (await app.PostFromBrowserAsync(LogOut, headers: Cookie(new string('a', 20_000)))).ShouldBeProblemAsync(401, "invalid_refresh_token");
        Assert.Equal(431, (int)(await app.PostFromBrowserAsync(Refresh, headers: Cookie(new string('a', 40_000)))).StatusCode);
    }

    [Theory]
    [InlineData(";;; ;=;=a; =;cortex_refresh;cortex_refreshed=a;Cortex_Refresh=b; {0} ;x")]
    [InlineData("a b=c; d=\"e; {0}; f=\"")]
    public async Task Other_cookies_do_not_matter_however_malformed(string header)
    {
        var (_, _, token) = await app.LogInWithCookieAsync();

        var answer = await app.PostFromBrowserAsync(Refresh, headers: ("Cookie", header.Replace("{0}", $"{PlainCookie}={token}", StringComparison.Ordinal)));

        await answer.ShouldBeAsync(HttpStatusCode.OK);
    }

    /// <remarks>The server can't tell which of two cookies an attacker planted (cookie tossing).</remarks>
    [Fact]
    public async Task A_cookie_that_is_sent_twice_is_refused_without_effect()
    {
        var (_, accessToken, token) = await app.LogInWithCookieAsync();
        var (_, _, other) = await app.LogInWithCookieAsync();

        foreach (var header in new[]
        {
            $"{PlainCookie}={token}; {PlainCookie}={other}", $"{PlainCookie}={token}; {PlainCookie}={token}", $"{PlainCookie}={token}; a=b; {PlainCookie}=",
        })
        {
            foreach (var path in new[] { Refresh, Refresh + UseCookies, LogOut })
            {
                var answer = await app.PostFromBrowserAsync(path, headers: ("Cookie", header));
                await answer.ShouldBeProblemAsync(400, "malformed_request");
                answer.ShouldNotSetCookie();
            }
        }

        var twoHeaders = await RawHttp.SendAsync(app.BaseAddress, $"""
            POST {Refresh} HTTP/1.1
            Host: {app.BaseAddress.Authority}
            Connection: close
            Content-Length: 0
            Cookie: {PlainCookie}={token}
            Cookie: {PlainCookie}={other}


            """);
        Assert.Equal(400, twoHeaders.Status);
        Assert.Equal((0, 0), (await app.RefreshCounterAsync(token), await app.RefreshCounterAsync(other)));
        await (await app.WithToken(accessToken).FetchAsync("/api/v1/auth/me")).ShouldBeAsync(HttpStatusCode.OK);
    }

    /// <remarks>Tokens of one kind aren't accepted as another kind (RFC 8725, section 3.11).</remarks>
    [Fact]
    public async Task No_other_token_works_in_the_cookie()
    {
        var user = await app.SignUpWithTwoFactorAsync();
        var challenge = await app.ChallengeAsync(user.User);
        var (_, key) = await CortexApp.GenerateKeyAsync(user.Http);

        foreach (var other in new[] { user.Tokens.AccessToken, challenge, key, user.RecoveryCodes[0] })
        {
            await (await app.PostFromBrowserAsync(Refresh, headers: Cookie(other))).ShouldBeProblemAsync(401, "invalid_refresh_token");
            await (await app.PostFromBrowserAsync(LogOut, headers: Cookie(other))).ShouldBeProblemAsync(401, "invalid_refresh_token");
        }

        await (await user.Http.FetchAsync("/api/v1/auth/me")).ShouldBeAsync(HttpStatusCode.OK);
    }

    /// <remarks>The cookie is a refresh token and authenticates nothing else.</remarks>
    [Fact]
    public async Task The_cookie_authenticates_nothing_else()
    {
        var (_, accessToken, token) = await app.LogInWithCookieAsync();
        foreach (var cookie in new[] { $"Cookie: {PlainCookie}={token}", $"Cookie: {PlainCookie}={accessToken}", $"Cookie: {SecureCookie}={token}" })
        {
            foreach (var path in new[] { "/me", "/sessions", "/api-keys", "/verify" })
            {
                Assert.Equal(401, (await app.FetchRawAsync("/api/v1/auth" + path, cookie)).Status);
            }
        }

        foreach (var path in new[] { "/logout/all", "/2fa/enable", "/api-keys/generate", "/introspect" })
        {
            await (await app.PostFromBrowserAsync("/api/v1/auth" + path, "{}", Cookie(token))).ShouldBeProblemAsync(401, "unauthenticated");
        }

        await (await app.WithToken(token).FetchAsync("/api/v1/auth/me")).ShouldBeProblemAsync(401, "invalid_token");
        await (await app.WithToken(accessToken).FetchAsync("/api/v1/auth/me")).ShouldBeAsync(HttpStatusCode.OK);
    }
}
