using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Sessions;

/// <remarks>Access tokens last half an hour, contain no secrets, and end with their session (OWASP ASVS 7.4.2 and 9.2.1).</remarks>
public sealed class AccessTokenTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Me = "/api/v1/auth/me";

    [Fact]
    public async Task The_header_pins_algorithm_and_type_and_names_no_key()
    {
        var (_, tokens, _) = await app.SignUpAsync();

        var header = Jwt.Read(tokens.AccessToken).Header;

        Assert.Equal(["alg", "typ"], header.Select(member => member.Key).Order());
        Assert.Equal("HS256", (string?)header["alg"]);
        Assert.Equal("at+jwt", (string?)header["typ"]);
    }

    [Fact]
    public async Task The_claims_are_exactly_the_documented_ones()
    {
        var before = app.Clock.GetUtcNow().ToUnixTimeSeconds();
        var (user, tokens, _) = await app.SignUpAsync();

        var claims = Jwt.Read(tokens.AccessToken).Payload;

        Assert.Equal(
            ["amr", "aud", "email", "exp", "iat", "iss", "jti", "nbf", "roles", "sid", "sub", "subscription_tier"],
            claims.Select(member => member.Key).Order());
        Assert.Equal(CortexApp.Issuer, (string?)claims["iss"]);
        Assert.Equal(CortexApp.Audience, (string?)claims["aud"]);
        Assert.Equal(user.Id.ToString(), (string?)claims["sub"]);
        Assert.Equal(user.Email, (string?)claims["email"]);
        Assert.Equal("free", (string?)claims["subscription_tier"]);
        Assert.Empty(claims["roles"]!.AsArray());
        Assert.Equal(["pwd"], claims["amr"]!.AsArray().Select(method => (string?)method));
        Assert.True(Guid.TryParse((string?)claims["sid"], out var _));
        Assert.True(Guid.TryParse((string?)claims["jti"], out var _));
        Assert.Equal(before, (long)claims["iat"]!);
        Assert.Equal(before, (long)claims["nbf"]!);
        Assert.Equal(before + 1800, (long)claims["exp"]!);
    }

    [Fact]
    public async Task Every_login_creates_a_new_session_and_a_new_token()
    {
        var user = await app.RegisterAsync();

        var claims = new[]
        {
            await app.LogInAsync(user), await app.LogInAsync(user), await app.LogInAsync(user),
        }.Select(tokens => Jwt.Read(tokens.AccessToken).Payload).ToArray();

        Assert.Equal(3, claims.Select(payload => (string?)payload["sid"]).Distinct().Count());
        Assert.Equal(3, claims.Select(payload => (string?)payload["jti"]).Distinct().Count());
    }

    [Fact]
    public async Task A_second_factor_is_in_amr_and_stays_there_after_a_refresh()
    {
        var user = await app.SignUpWithTwoFactorAsync();
        var login = await app.Anonymous().PostAsync(
            "/api/v1/auth/login",
            new { email = user.User.Email, password = user.User.Password, two_factor_code = Totp.Code(user.Secret, app.Clock.GetUtcNow()) });
        var tokens = Tokens.Of(await login.JsonAsync(HttpStatusCode.OK));
        var renewed = Tokens.Of(
            await (await app.Anonymous().PostAsync("/api/v1/auth/refresh", new { refresh_token = tokens.RefreshToken })).JsonAsync(HttpStatusCode.OK));

        Assert.All(
            [tokens, renewed],
            pair => Assert.Equal(["pwd", "otp", "mfa"], Jwt.Read(pair.AccessToken).Payload["amr"]!.AsArray().Select(method => (string?)method)));
    }

    [Fact]
    public async Task A_role_shows_in_the_token_from_the_next_refresh_on()
    {
        var (user, tokens, _) = await app.SignUpAsync();
        await app.MakeAdminAsync(user.Id);

        var renewed = Tokens.Of(
            await (await app.Anonymous().PostAsync("/api/v1/auth/refresh", new { refresh_token = tokens.RefreshToken })).JsonAsync(HttpStatusCode.OK));
        var again = await app.LogInAsync(user);

        Assert.All([renewed, again], pair => Assert.Equal(["admin"], Jwt.Read(pair.AccessToken).Payload["roles"]!.AsArray().Select(role => (string?)role)));
    }

    [Fact]
    public async Task A_token_is_valid_for_half_an_hour_and_at_most_five_seconds_more()
    {
        var (_, _, http) = await app.SignUpAsync();

        app.Clock.Advance(TimeSpan.FromSeconds(1804));
        await (await http.FetchAsync(Me)).ShouldBeAsync(HttpStatusCode.OK);

        app.Clock.Advance(TimeSpan.FromSeconds(2));
        var answer = await http.FetchAsync(Me);
        await answer.ShouldBeProblemAsync(401, "token_expired");
        Assert.Contains("error=\"invalid_token\"", answer.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_disabled_user_is_refused_from_the_next_request_on()
    {
        var (user, _, http) = await app.SignUpAsync();
        await (await http.FetchAsync(Me)).ShouldBeAsync(HttpStatusCode.OK);
        await app.SqlAsync("UPDATE users SET is_active = false WHERE id = $1", user.Id);

        await (await http.FetchAsync(Me)).ShouldBeProblemAsync(401, "account_disabled");

        await app.SqlAsync("UPDATE users SET is_active = true WHERE id = $1", user.Id);
        await (await http.FetchAsync(Me)).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_deleted_user_is_refused_from_the_next_request_on()
    {
        var (user, _, http) = await app.SignUpAsync();
        await app.SqlAsync("DELETE FROM users WHERE id = $1", user.Id);

        await (await http.FetchAsync(Me)).ShouldBeProblemAsync(401, "session_revoked");
    }

    [Fact]
    public async Task A_token_is_never_logged()
    {
        var (_, tokens, http) = await app.SignUpAsync();
        await (await http.FetchAsync(Me)).ShouldBeAsync(HttpStatusCode.OK);

        Assert.DoesNotContain(tokens.AccessToken, app.Log, StringComparison.Ordinal);
    }
}
