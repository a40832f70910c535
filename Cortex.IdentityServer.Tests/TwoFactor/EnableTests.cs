using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.TwoFactor;

public sealed class EnableTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Route = "/api/v1/auth/2fa/enable";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <remarks>The secret has 160 bits (RFC 4226, section 4) and is returned until a code proves that the app has it.</remarks>
    [Fact]
    public async Task Setup_returns_a_secret_a_link_and_a_QR_code()
    {
        var (user, _, http) = await app.SignUpAsync();

        var response = await http.PostAsync(Route, new { });

        var answer = await response.JsonAsync(HttpStatusCode.OK);
        Assert.Equal(["secret", "otpauth_uri", "qr_code"], answer.EnumerateObject().Select(field => field.Name));
        var secret = answer.GetProperty("secret").GetString()!;
        Assert.Matches(@"\A[A-Z2-7]{32}\z", secret);
        var uri = answer.GetProperty("otpauth_uri").GetString()!;
        Assert.StartsWith("otpauth://totp/", uri, StringComparison.Ordinal);
        Assert.Contains(Uri.EscapeDataString(user.Email), uri, StringComparison.Ordinal);
        Assert.Contains($"secret={secret}&", uri, StringComparison.Ordinal);
        const string png = "data:image/png;base64,";
        var picture = answer.GetProperty("qr_code").GetString()!;
        Assert.StartsWith(png, picture, StringComparison.Ordinal);
        Assert.Equal([0x89, .. "PNG\r\n\u001a\n"u8], Convert.FromBase64String(picture[png.Length..]).Take(8));
        Assert.True(response.Headers.CacheControl?.NoStore);
    }

    /// <remarks>A failed scan of the QR code must not lock the owner out.</remarks>
    [Fact]
    public async Task Two_factor_authentication_is_off_until_a_code_is_proved()
    {
        var (user, _, http) = await app.SignUpAsync();
        await (await http.PostAsync(Route, new { })).ShouldBeAsync(HttpStatusCode.OK);

        await app.LogInAsync(user);
        var me = await (await http.GetAsync("/api/v1/auth/me", Cancel)).JsonAsync(HttpStatusCode.OK);
        Assert.False(me.GetProperty("two_factor_enabled").GetBoolean());
    }

    [Fact]
    public async Task The_secret_is_not_in_clear_in_the_database()
    {
        var (user, _, http) = await app.SignUpAsync();
        var secret = (await (await http.PostAsync(Route, new { })).JsonAsync(HttpStatusCode.OK)).GetProperty("secret").GetString()!;

        var stored = (string)(await app.SqlAsync("SELECT two_factor_secret FROM users WHERE id = $1", user.Id))!;

        Assert.DoesNotContain(secret, stored, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(secret, app.Log, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Calling_it_again_returns_another_secret_and_only_the_last_one_works()
    {
        var (_, _, http) = await app.SignUpAsync();
        var first = (await (await http.PostAsync(Route, new { })).JsonAsync(HttpStatusCode.OK)).GetProperty("secret").GetString()!;
        var second = (await (await http.PostAsync(Route, new { })).JsonAsync(HttpStatusCode.OK)).GetProperty("secret").GetString()!;

        Assert.NotEqual(first, second);
        await (await http.PostAsync("/api/v1/auth/2fa/verify", new { code = app.Code(first) })).ShouldBeProblemAsync(400, "invalid_two_factor_code");
        await (await http.PostAsync("/api/v1/auth/2fa/verify", new { code = app.Code(second) })).ShouldBeAsync(HttpStatusCode.OK);
    }

    /// <remarks>A stolen session alone must not be able to add a factor (OWASP ASVS 7.5.1).</remarks>
    [Fact]
    public async Task A_login_of_eleven_minutes_ago_needs_the_password()
    {
        var (user, tokens, http) = await app.SignUpAsync();
        app.Clock.Advance(TimeSpan.FromMinutes(11));

        await (await http.PostAsync(Route, new { })).ShouldBeProblemAsync(401, "reauthentication_required");
        await (await http.PostAsync(Route, new { password = "not the password" })).ShouldBeProblemAsync(401, "invalid_credentials");
        await (await http.PostAsync(Route, new { password = user.Password })).ShouldBeAsync(HttpStatusCode.OK);

        // A refresh doesn't prove who is using the session.
        var refreshed = Tokens.Of(
            await (await app.Anonymous().PostAsync("/api/v1/auth/refresh", new { refresh_token = tokens.RefreshToken })).JsonAsync(HttpStatusCode.OK));
        await (await app.WithToken(refreshed.AccessToken).PostAsync(Route, new { })).ShouldBeProblemAsync(401, "reauthentication_required");
    }

    [Fact]
    public async Task A_wrong_password_is_refused_however_fresh_the_login()
    {
        var (_, _, http) = await app.SignUpAsync();

        await (await http.PostAsync(Route, new { password = "not the password" })).ShouldBeProblemAsync(401, "invalid_credentials");
    }

    [Fact]
    public async Task A_fresh_login_needs_no_body()
    {
        var (_, _, http) = await app.SignUpAsync();

        await (await http.PostAsync(Route, content: null, Cancel)).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Two_factor_authentication_cannot_be_turned_on_twice()
    {
        var user = await app.SignUpWithTwoFactorAsync();

        await (await user.Http.PostAsync(Route, new { })).ShouldBeProblemAsync(409, "two_factor_already_enabled");
        await (await user.Http.PostAsync(Route, new { password = user.User.Password })).ShouldBeProblemAsync(409, "two_factor_already_enabled");
    }

    [Fact]
    public async Task Only_a_session_can_turn_it_on()
    {
        var (_, _, http) = await app.SignUpAsync();
        var (_, key) = await CortexApp.GenerateKeyAsync(http);

        foreach (var route in new[] { Route, "/api/v1/auth/2fa/verify", "/api/v1/auth/2fa/disable", "/api/v1/auth/2fa/recovery-codes" })
        {
            await (await app.Anonymous().PostAsync(route, new { code = "123456" })).ShouldBeProblemAsync(401, "unauthenticated");
            await (await app.WithKey(key).PostAsync(route, new { code = "123456" })).ShouldBeProblemAsync(403, "forbidden");
        }
    }
}
