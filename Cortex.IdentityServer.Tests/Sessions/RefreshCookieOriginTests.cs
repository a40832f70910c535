using System.Net;
using Cortex.IdentityServer.Tests.Http;
using Cortex.IdentityServer.Tests.Infrastructure;
using static Cortex.IdentityServer.Tests.Infrastructure.BrowserSteps;

namespace Cortex.IdentityServer.Tests.Sessions;

/// <remarks>Prevents cross-site request forgery: a page that the operator didn't list can neither use a visitor's cookie nor set one.</remarks>
public sealed class RefreshCookieOriginTests(OneOriginApp app, AnyOriginApp any) : IClassFixture<OneOriginApp>, IClassFixture<AnyOriginApp>
{
    private const string Me = "/api/v1/auth/me";

    /// <summary>A server without PUBLIC_URL.</summary>
    private const string Own = "http://localhost:5000";

    public static TheoryData<string, string> Foreign => new()
    {
        { "Origin", "https://evil.example" },
        { "Origin", "null" },
        { "Origin", "*" },
        { "Origin", "http://app.example.com" },
        { "Origin", "https://app.example.com:8443" },
        { "Origin", "https://app.example.com.evil.example" },
        { "Origin", "https://evil.example, https://app.example.com" },
        { "Origin", "https://localhost:5000" },
        { "Origin", "http://localhost" },
        { "Sec-Fetch-Site", "cross-site" },
        { "Sec-Fetch-Site", "same-site" },
        { "Sec-Fetch-Site", "something new" },
    };

    [Theory]
    [MemberData(nameof(Foreign))]
    public async Task A_foreign_page_cannot_use_the_cookie(string header, string value)
    {
        var (user, accessToken, token) = await app.LogInWithCookieAsync();

        foreach (var path in new[] { Refresh, Refresh + UseCookies, LogOut })
        {
            var answer = await app.PostFromBrowserAsync(path, null, Cookie(token), (header, value));
            await answer.ShouldBeProblemAsync(403, "forbidden");
            answer.ShouldNotSetCookie();
        }

        Assert.Equal(0, await app.RefreshCounterAsync(token));
        await (await app.WithToken(accessToken).FetchAsync(Me)).ShouldBeAsync(HttpStatusCode.OK);
        Assert.Equal(1L, await app.SqlAsync("SELECT count(*) FROM sessions WHERE user_id = $1", user.Id));
    }

    /// <remarks>Login CSRF: the visitor would continue as the attacker. The request is refused before the password is checked.</remarks>
    [Theory]
    [MemberData(nameof(Foreign))]
    public async Task A_foreign_page_cannot_log_a_visitor_in(string header, string value)
    {
        var (user, tokens, _) = await app.SignUpAsync();

        var login = await app.PostFromBrowserAsync(LogIn + UseCookies, LoginBody(user), (header, value));
        var wrong = await app.PostFromBrowserAsync(LogIn + UseCookies, LoginBody(user with { Password = "not the password" }), (header, value));
        var second = await app.PostFromBrowserAsync(LogIn + "/2fa" + UseCookies, """{"two_factor_token":"a","code":"000000"}""", (header, value));
        var refresh = await app.PostFromBrowserAsync(Refresh + UseCookies, $$"""{"refresh_token":"{{tokens.RefreshToken}}"}""", (header, value));

        foreach (var answer in new[] { login, wrong, second, refresh })
        {
            await answer.ShouldBeProblemAsync(403, "forbidden");
            answer.ShouldNotSetCookie();
        }

        Assert.Equal(1L, await app.SqlAsync("SELECT count(*) FROM sessions WHERE user_id = $1", user.Id));
        Assert.Equal(0, await app.RefreshCounterAsync(tokens.RefreshToken));
        Assert.Equal(0L, await app.SqlAsync("SELECT coalesce(sum(failures), 0)::bigint FROM login_attempts"));
    }

    [Theory]
    [InlineData("Origin", OneOriginApp.Origin)]
    [InlineData("Origin", Own)]
    [InlineData("Sec-Fetch-Site", "same-origin")]
    [InlineData("Sec-Fetch-Site", "none")]
    [InlineData("Accept", "*/*")]
    public async Task Listed_pages_the_servers_own_pages_and_programs_may_use_the_cookie(string header, string value)
    {
        var user = await app.RegisterAsync();

        var login = await app.PostFromBrowserAsync(LogIn + UseCookies, LoginBody(user), (header, value));
        var refresh = await app.PostFromBrowserAsync(Refresh, "{}", Cookie(login.CookieValue()), (header, value));
        var logout = await app.PostFromBrowserAsync(LogOut, null, Cookie(refresh.CookieValue()), (header, value));

        await logout.ShouldBeAsync(HttpStatusCode.NoContent);
    }

    /// <remarks>A listed page on another host, with all the headers that a browser sends.</remarks>
    [Fact]
    public async Task A_listed_page_of_another_site_may_use_the_cookie_and_read_the_response()
    {
        var user = await app.RegisterAsync();

        var login = await app.PostFromBrowserAsync(LogIn + UseCookies, LoginBody(user), ("Origin", OneOriginApp.Origin), ("Sec-Fetch-Site", "cross-site"));

        await login.ShouldBeAsync(HttpStatusCode.OK);
        Assert.Equal(OneOriginApp.Origin, login.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.Equal("true", login.Headers.GetValues("Access-Control-Allow-Credentials").Single());
    }

    [Fact]
    public async Task Two_origins_are_none()
    {
        var (_, _, token) = await app.LogInWithCookieAsync();

        var answer = await RawHttp.SendAsync(app.BaseAddress, $"""
            POST {Refresh} HTTP/1.1
            Host: {app.BaseAddress.Authority}
            Connection: close
            Content-Length: 0
            Origin: {OneOriginApp.Origin}
            Origin: https://evil.example
            {Cookie(token).Name}: {Cookie(token).Value}


            """);

        Assert.Equal(403, answer.Status);
        Assert.Equal(0, await app.RefreshCounterAsync(token));
    }

    /// <remarks>Requests without a cookie need no listed origin; CORS alone decides which pages can read the response.</remarks>
    [Fact]
    public async Task Without_cookies_any_page_may_send_requests()
    {
        var user = await app.RegisterAsync();
        (string, string) evil = ("Origin", "https://evil.example");

        var login = await app.PostFromBrowserAsync(LogIn, LoginBody(user), evil);
        var tokens = Tokens.Of(await login.JsonAsync(HttpStatusCode.OK));

        Assert.False(login.Headers.Contains("Access-Control-Allow-Origin"));
        await (await app.PostFromBrowserAsync(Refresh, $$"""{"refresh_token":"{{tokens.RefreshToken}}"}""", evil)).ShouldBeAsync(HttpStatusCode.OK);
        await (await app.PostFromBrowserAsync(LogOut, null, evil, ("Authorization", "Bearer " + tokens.AccessToken))).ShouldBeAsync(HttpStatusCode.NoContent);
    }

    /// <remarks><c>*</c> can't be combined with cookies.</remarks>
    [Theory]
    [InlineData("https://evil.example")]
    [InlineData(Own)]
    [InlineData(null)]
    public async Task A_star_rules_out_cookies(string? origin)
    {
        var (user, tokens, _) = await any.SignUpAsync();
        (string, string)[] headers = origin is null ? [] : [("Origin", origin)];

        HttpResponseMessage[] answers =
        [
            await any.PostFromBrowserAsync(LogIn + UseCookies, LoginBody(user), headers),
            await any.PostFromBrowserAsync(LogIn + "/2fa" + UseCookies, """{"two_factor_token":"a","code":"000000"}""", headers),
            await any.PostFromBrowserAsync(Refresh + UseCookies, $$"""{"refresh_token":"{{tokens.RefreshToken}}"}""", headers),
            await any.PostFromBrowserAsync(Refresh, "{}", [.. headers, Cookie(tokens.RefreshToken)]),
        ];

        foreach (var answer in answers)
        {
            var problem = await answer.ShouldBeProblemAsync(400, "validation_failed");
            Assert.Contains("CORS_ORIGINS", problem.GetProperty("errors").GetProperty("use_cookies")[0].GetString(), StringComparison.Ordinal);
            answer.ShouldNotSetCookie();
            Assert.False(answer.Headers.Contains("Access-Control-Allow-Credentials"));
        }

        Assert.Equal(0, await any.RefreshCounterAsync(tokens.RefreshToken));
    }

    [Fact]
    public async Task Under_a_star_a_foreign_page_cannot_log_a_visitor_out()
    {
        var (_, tokens, http) = await any.SignUpAsync();

        await (await any.PostFromBrowserAsync(LogOut, null, Cookie(tokens.RefreshToken), ("Origin", "https://evil.example")))
            .ShouldBeProblemAsync(403, "forbidden");

        await (await http.FetchAsync(Me)).ShouldBeAsync(HttpStatusCode.OK);
    }
}
