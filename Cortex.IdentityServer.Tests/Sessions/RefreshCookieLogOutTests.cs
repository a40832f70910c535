using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;
using static Cortex.IdentityServer.Tests.Infrastructure.BrowserSteps;

namespace Cortex.IdentityServer.Tests.Sessions;

/// <remarks>A browser can log out with its access token, and also after that has expired.</remarks>
public sealed class RefreshCookieLogOutTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Me = "/api/v1/auth/me";

    [Theory]
    [InlineData(null)]
    [InlineData("{}")]
    public async Task The_cookie_alone_ends_only_its_own_session_and_at_once(string? body)
    {
        var (user, accessToken, token) = await app.LogInWithCookieAsync();
        var other = await app.LogInAsync(user);

        var answer = await app.PostFromBrowserAsync(LogOut, body, Cookie(token));

        await answer.ShouldBeAsync(HttpStatusCode.NoContent);
        answer.ShouldClearCookie();
        await (await app.WithToken(accessToken).FetchAsync(Me)).ShouldBeProblemAsync(401, "session_revoked");
        await (await app.PostFromBrowserAsync(Refresh, headers: Cookie(token))).ShouldBeProblemAsync(401, "invalid_refresh_token");
        await (await app.WithToken(other.AccessToken).FetchAsync(Me)).ShouldBeAsync(HttpStatusCode.OK);
        Assert.Equal("logout", await app.SqlAsync("SELECT end_reason FROM sessions WHERE user_id = $1 AND ended_at IS NOT NULL", user.Id));
    }

    [Fact]
    public async Task A_browser_whose_access_token_has_expired_can_log_out()
    {
        var (_, accessToken, token) = await app.LogInWithCookieAsync();
        app.Clock.Advance(TimeSpan.FromMinutes(31));
        var expired = await app.PostFromBrowserAsync(LogOut, null, Cookie(token), ("Authorization", "Bearer " + accessToken));

        // The header was sent, so it takes precedence; without it the browser sends only the cookie.
        await expired.ShouldBeProblemAsync(401, "token_expired");
        expired.ShouldNotSetCookie();
        await (await app.PostFromBrowserAsync(LogOut, headers: Cookie(token))).ShouldBeAsync(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task A_used_token_is_enough_while_its_session_is_active()
    {
        var (_, _, token) = await app.LogInWithCookieAsync();
        var child = (await app.PostFromBrowserAsync(Refresh, headers: Cookie(token))).CookieValue();
        app.Clock.Advance(TimeSpan.FromMinutes(5));

        await (await app.PostFromBrowserAsync(LogOut, headers: Cookie(token))).ShouldBeAsync(HttpStatusCode.NoContent);

        await (await app.PostFromBrowserAsync(Refresh, headers: Cookie(child))).ShouldBeProblemAsync(401, "invalid_refresh_token");
    }

    [Fact]
    public async Task The_cookie_of_an_ended_session_is_refused_and_cleared()
    {
        var (_, _, token) = await app.LogInWithCookieAsync();
        await (await app.PostFromBrowserAsync(LogOut, headers: Cookie(token))).ShouldBeAsync(HttpStatusCode.NoContent);

        var again = await app.PostFromBrowserAsync(LogOut, headers: Cookie(token));

        await again.ShouldBeProblemAsync(401, "invalid_refresh_token");
        again.ShouldClearCookie();
    }

    [Theory]
    [InlineData("/api/v1/auth/logout")]
    [InlineData("/api/v1/auth/logout/all")]
    public async Task With_an_access_token_the_cookie_is_cleared_if_it_was_sent(string route)
    {
        var (_, accessToken, token) = await app.LogInWithCookieAsync();
        var (_, tokens, _) = await app.SignUpAsync();

        var browser = await app.PostFromBrowserAsync(route, null, Cookie(token), ("Authorization", "Bearer " + accessToken));
        var program = await app.PostFromBrowserAsync(route, null, ("Authorization", "Bearer " + tokens.AccessToken));

        await browser.ShouldBeAsync(HttpStatusCode.NoContent);
        browser.ShouldClearCookie();
        await program.ShouldBeAsync(HttpStatusCode.NoContent);
        program.ShouldNotSetCookie();
        await (await app.PostFromBrowserAsync(Refresh, headers: Cookie(token))).ShouldBeProblemAsync(401, "invalid_refresh_token");
    }

    [Fact]
    public async Task An_API_key_beside_the_cookie_is_judged_alone()
    {
        var (_, accessToken, token) = await app.LogInWithCookieAsync();
        var (_, key) = await CortexApp.GenerateKeyAsync(app.WithToken(accessToken));

        await (await app.PostFromBrowserAsync(LogOut, null, Cookie(token), ("X-API-Key", key))).ShouldBeProblemAsync(403, "forbidden");

        await (await app.WithToken(accessToken).FetchAsync(Me)).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("""{"session_id":"a"}""", "unknown_field")]
    [InlineData("[]", "malformed_request")]
    public async Task An_invalid_body_ends_no_session(string body, string code)
    {
        var (_, accessToken, token) = await app.LogInWithCookieAsync();

        await (await app.PostFromBrowserAsync(LogOut, body, Cookie(token))).ShouldBeProblemAsync(400, code);

        await (await app.WithToken(accessToken).FetchAsync(Me)).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Another_method_is_still_405()
    {
        var answer = await app.FetchRawAsync(LogOut, $"Cookie: {PlainCookie}=a");

        Assert.Equal((405, "POST"), (answer.Status, answer.Headers["Allow"]));
    }

    /// <remarks>Other storage of this origin belongs to the web console. Clients without the cookie, and other responses, have nothing to do with it.</remarks>
    [Fact]
    public async Task Logging_out_with_the_cookie_also_clears_the_storage_of_the_web_console()
    {
        var (_, _, token) = await app.LogInWithCookieAsync();
        var byCookie = await app.PostFromBrowserAsync(LogOut, headers: Cookie(token));
        Assert.Equal(["\"storage\""], byCookie.Headers.GetValues("Clear-Site-Data"));

        (_, var accessToken, token) = await app.LogInWithCookieAsync();
        var byToken = await app.PostFromBrowserAsync(LogOut, null, Cookie(token), ("Authorization", "Bearer " + accessToken));
        Assert.Equal(["\"storage\""], byToken.Headers.GetValues("Clear-Site-Data"));

        (_, accessToken, token) = await app.LogInWithCookieAsync();
        var everywhere = await app.PostFromBrowserAsync(LogOut + "/all", null, Cookie(token), ("Authorization", "Bearer " + accessToken));
        Assert.Equal(["\"storage\""], everywhere.Headers.GetValues("Clear-Site-Data"));

        (_, accessToken, _) = await app.LogInWithCookieAsync();
        Assert.False((await app.PostFromBrowserAsync(Refresh, headers: Cookie("ctr_x"))).Headers.Contains("Clear-Site-Data"));
        var withoutCookie = await app.PostFromBrowserAsync(LogOut, null, ("Authorization", "Bearer " + accessToken));
        await withoutCookie.ShouldBeAsync(HttpStatusCode.NoContent);
        Assert.False(withoutCookie.Headers.Contains("Clear-Site-Data"));
    }
}
