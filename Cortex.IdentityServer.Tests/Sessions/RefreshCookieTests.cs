using System.Net;
using System.Text.Json;
using Cortex.IdentityServer.Tests.Infrastructure;
using static Cortex.IdentityServer.Tests.Infrastructure.BrowserSteps;

namespace Cortex.IdentityServer.Tests.Sessions;

/// <remarks>
/// With <c>?use_cookies=true</c> scripts never see the refresh token, so a script injected into a page can't steal it (decision 0013).
/// </remarks>
public sealed class RefreshCookieTests(CortexApp app) : IClassFixture<CortexApp>
{
    private static readonly string[] WithoutRefreshToken = ["access_token", "token_type", "expires_in", "refresh_expires_in"];
    private static readonly string[] WithRefreshToken = ["access_token", "token_type", "expires_in", "refresh_token", "refresh_expires_in"];

    [Fact]
    public async Task A_login_by_cookie_has_no_refresh_token_in_its_body()
    {
        var user = await app.RegisterAsync();

        var answer = await app.PostFromBrowserAsync(LogIn + UseCookies, LoginBody(user));

        Assert.Equal(WithoutRefreshToken, Fields(await answer.JsonAsync(HttpStatusCode.OK)));
        Assert.DoesNotContain("ctr_", await answer.TextAsync(), StringComparison.Ordinal);
        Assert.Equal("no-store", answer.Headers.GetValues("Cache-Control").Single());
        Assert.DoesNotContain(answer.CookieValue(), app.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("?use_cookies=false")]
    public async Task A_client_that_does_not_ask_gets_no_cookie(string query)
    {
        var user = await app.RegisterAsync();

        var login = await app.PostFromBrowserAsync(LogIn + query, LoginBody(user));
        var refresh = await app.PostFromBrowserAsync(Refresh + query, Body(Tokens.Of(await login.JsonAsync(HttpStatusCode.OK)).RefreshToken));

        login.ShouldNotSetCookie();
        refresh.ShouldNotSetCookie();
        Assert.Equal(WithRefreshToken, Fields(await refresh.JsonAsync(HttpStatusCode.OK)));
    }

    /// <remarks>Python clients write it like this.</remarks>
    [Fact]
    public async Task True_is_accepted_in_any_case()
    {
        var (_, _, token) = await app.LogInWithCookieAsync();

        var answer = await app.PostFromBrowserAsync(Refresh + "?use_cookies=True", "{}", Cookie(token));

        await answer.ShouldBeAsync(HttpStatusCode.OK);
        Assert.True(answer.Headers.Contains("Set-Cookie"));
    }

    [Theory]
    [InlineData("yes")]
    [InlineData("1")]
    [InlineData("")]
    [InlineData("true%00")]
    [InlineData("true&use_cookies=true")]
    [InlineData("true&use_cookies=false")]
    public async Task Another_value_is_refused_and_does_nothing(string wish)
    {
        var (_, _, token) = await app.LogInWithCookieAsync();
        var query = "?use_cookies=" + wish;

        foreach (var (path, body) in new[]
        {
            (LogIn, """{"email":"a@example.com","password":"a"}"""), (LogIn + "/2fa", """{"two_factor_token":"a","code":"000000"}"""), (Refresh, "{}"),
        })
        {
            var problem = await (await app.PostFromBrowserAsync(path + query, body, Cookie(token))).ShouldBeProblemAsync(400, "validation_failed");
            Assert.True(problem.GetProperty("errors").TryGetProperty("use_cookies", out _));
        }

        Assert.Equal(0, await app.RefreshCounterAsync(token));
    }

    [Fact]
    public async Task The_second_step_of_a_login_sets_the_cookie_and_the_first_does_not()
    {
        var user = await app.SignUpWithTwoFactorAsync();

        var first = await app.PostFromBrowserAsync(LogIn + UseCookies, LoginBody(user.User));
        var challenge = (await first.ShouldBeProblemAsync(401, "two_factor_required")).GetProperty("two_factor_token").GetString();
        var second = await app.PostFromBrowserAsync(
            LogIn + "/2fa" + UseCookies, $$"""{"two_factor_token":"{{challenge}}","code":"{{app.Code(user.Secret)}}"}""");

        first.ShouldNotSetCookie();
        Assert.Equal(WithoutRefreshToken, Fields(await second.JsonAsync(HttpStatusCode.OK)));
        await (await app.PostFromBrowserAsync(Refresh, headers: Cookie(second.CookieValue()))).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_failed_login_sets_no_cookie()
    {
        var answer = await app.PostFromBrowserAsync(LogIn + UseCookies, """{"email":"nobody@example.com","password":"not the password"}""");

        await answer.ShouldBeProblemAsync(401, "invalid_credentials");
        answer.ShouldNotSetCookie();
    }

    /// <remarks>A token that scripts couldn't read is never returned to one, whatever the query says.</remarks>
    [Theory]
    [InlineData("", null)]
    [InlineData("", "")]
    [InlineData("", "{}")]
    [InlineData("", """{"refresh_token":null}""")]
    [InlineData("?use_cookies=true", "{}")]
    [InlineData("?use_cookies=false", "{}")]
    public async Task A_refresh_from_the_cookie_rotates_the_cookie(string query, string? body)
    {
        var (user, _, token) = await app.LogInWithCookieAsync();

        var answer = await app.PostFromBrowserAsync(Refresh + query, body, Cookie(token));

        var json = await answer.JsonAsync(HttpStatusCode.OK);
        Assert.Equal(WithoutRefreshToken, Fields(json));
        Assert.NotEqual(token, answer.CookieValue());
        var me = await (await app.WithToken(json.GetProperty("access_token").GetString()!).FetchAsync("/api/v1/auth/me")).JsonAsync(HttpStatusCode.OK);
        Assert.Equal(user.Id, me.GetProperty("id").GetGuid());
        await (await app.PostFromBrowserAsync(Refresh, headers: Cookie(answer.CookieValue()))).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_token_in_the_body_moves_to_the_cookie_on_request()
    {
        var (_, tokens, _) = await app.SignUpAsync();

        var answer = await app.PostFromBrowserAsync(Refresh + UseCookies, Body(tokens.RefreshToken));

        Assert.Equal(WithoutRefreshToken, Fields(await answer.JsonAsync(HttpStatusCode.OK)));
        await (await app.PostFromBrowserAsync(Refresh, headers: Cookie(answer.CookieValue()))).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_token_in_the_body_takes_precedence_over_the_cookie_which_is_left_alone()
    {
        var (_, _, kept) = await app.LogInWithCookieAsync();
        var (_, tokens, _) = await app.SignUpAsync();

        var good = await app.PostFromBrowserAsync(Refresh, Body(tokens.RefreshToken), Cookie(kept));
        var bad = await app.PostFromBrowserAsync(Refresh, Body("garbage"), Cookie(kept));
        var empty = await app.PostFromBrowserAsync(Refresh, Body(""), Cookie(kept));

        Assert.Equal(WithRefreshToken, Fields(await good.JsonAsync(HttpStatusCode.OK)));
        await bad.ShouldBeProblemAsync(401, "invalid_refresh_token");
        await empty.ShouldBeProblemAsync(400, "validation_failed");
        Assert.All([good, bad, empty], answer => answer.ShouldNotSetCookie());
        Assert.Equal(0, await app.RefreshCounterAsync(kept));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("{}")]
    public async Task Without_both_the_field_is_missing(string? body) =>
        Assert.True((await (await app.PostFromBrowserAsync(Refresh, body, ("Cookie", "theme=dark"))).ShouldBeProblemAsync(400, "validation_failed"))
            .GetProperty("errors").TryGetProperty("refresh_token", out _));

    /// <remarks>A token that is used again may have been stolen (RFC 9700, section 4.14.2).</remarks>
    [Fact]
    public async Task Reuse_ends_the_session_and_clears_the_cookie()
    {
        var (_, accessToken, token) = await app.LogInWithCookieAsync();
        var child = (await app.PostFromBrowserAsync(Refresh, headers: Cookie(token))).CookieValue();
        app.Clock.Advance(TimeSpan.FromSeconds(11));

        var reused = await app.PostFromBrowserAsync(Refresh, headers: Cookie(token));
        var after = await app.PostFromBrowserAsync(Refresh, headers: Cookie(child));

        await reused.ShouldBeProblemAsync(401, "refresh_token_reused");
        reused.ShouldClearCookie();
        await after.ShouldBeProblemAsync(401, "invalid_refresh_token");
        after.ShouldClearCookie();
        await (await app.WithToken(accessToken).FetchAsync("/api/v1/auth/me")).ShouldBeProblemAsync(401, "session_revoked");
    }

    /// <remarks>Sixteen browser tabs wake up at once.</remarks>
    [Fact]
    public async Task Sixteen_refreshes_at_once_leave_one_current_token()
    {
        var (user, _, token) = await app.LogInWithCookieAsync();

        var answers = await Concurrently.RunAsync(16, _ => app.PostFromBrowserAsync(Refresh, headers: Cookie(token)));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        var child = Assert.Single(answers.Select(answer => answer.CookieValue()).Distinct());
        Assert.Equal(1L, await app.SqlAsync("SELECT count(*) FROM sessions WHERE user_id = $1 AND ended_at IS NULL AND refresh_counter = 1", user.Id));
        await (await app.PostFromBrowserAsync(Refresh, headers: Cookie(child))).ShouldBeAsync(HttpStatusCode.OK);
    }

    private static string Body(string refreshToken) => $$"""{"refresh_token":"{{refreshToken}}"}""";

    private static IEnumerable<string> Fields(JsonElement json) => json.EnumerateObject().Select(field => field.Name);
}
