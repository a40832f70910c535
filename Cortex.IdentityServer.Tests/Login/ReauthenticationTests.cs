using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Login;

/// <summary>Ten minutes after the login, an access token alone can't create or change credentials of the account.</summary>
/// <remarks>Users have to reauthenticate before they change how an account is protected (OWASP ASVS 7.5.1).</remarks>
public sealed class ReauthenticationTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Auth = "/api/v1/auth/";
    private const string Route = Auth + "reauthenticate";

    [Fact]
    public async Task Ten_minutes_after_login_a_key_can_be_created_only_after_reauthentication()
    {
        var (user, _, http) = await app.SignUpAsync();
        app.Clock.Advance(TimeSpan.FromSeconds(599));
        var (keyId, key) = await CortexApp.GenerateKeyAsync(http);
        app.Clock.Advance(TimeSpan.FromSeconds(1));

        await (await http.PostAsync(Auth + "api-keys/generate", new { name = "x" })).ShouldBeProblemAsync(401, "reauthentication_required");
        await (await http.PostAsync($"{Auth}api-keys/{keyId}/rotate", new { })).ShouldBeProblemAsync(401, "reauthentication_required");
        Assert.Equal(1L, await app.SqlAsync("SELECT count(*) FROM api_keys WHERE user_id = $1", user.Id));
        await (await app.WithKey(key).FetchAsync(Auth + "me")).ShouldBeAsync(HttpStatusCode.OK);
        await app.WaitForEmailsAsync();
        Assert.Single(await app.Mailbox.ForAsync(user.Email, "api_key_created"));

        await ReauthenticateAsync(http, new { password = user.Password });

        await (await http.PostAsync(Auth + "api-keys/generate", new { name = "x" })).ShouldBeAsync(HttpStatusCode.Created);
        await (await http.PostAsync($"{Auth}api-keys/{keyId}/rotate", new { })).ShouldBeAsync(HttpStatusCode.Created);
        await app.WithKey(key).ShouldBeRefusedAsync();
    }

    [Fact]
    public async Task Setting_up_the_second_factor_requires_the_password_or_a_fresh_login()
    {
        var (user, _, http) = await app.SignUpAsync();
        app.Clock.Advance(TimeSpan.FromMinutes(10));

        await (await http.PostNothingAsync(Auth + "2fa/enable")).ShouldBeProblemAsync(401, "reauthentication_required");
        await (await http.PostAsync(Auth + "2fa/enable", new { })).ShouldBeProblemAsync(401, "reauthentication_required");
        await (await http.PostAsync(Auth + "2fa/enable", new { password = "not the password" })).ShouldBeProblemAsync(401, "invalid_credentials");
        Assert.Equal(DBNull.Value, await app.SqlAsync("SELECT two_factor_secret FROM users WHERE id = $1", user.Id));

        await (await http.PostAsync(Auth + "2fa/enable", new { password = user.Password })).ShouldBeAsync(HttpStatusCode.OK);
        await (await http.PostAsync(Auth + "2fa/enable", new { })).ShouldBeProblemAsync(401, "reauthentication_required");
        await ReauthenticateAsync(http, new { password = user.Password });
        await (await http.PostNothingAsync(Auth + "2fa/enable")).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task With_a_second_factor_new_recovery_codes_and_a_new_email_require_a_fresh_login()
    {
        var user = await app.SignUpWithTwoFactorAsync();
        var newEmail = app.NewEmail();
        app.Clock.Advance(TimeSpan.FromMinutes(10));

        await (await user.Http.PostAsync(Auth + "2fa/recovery-codes", new { code = app.Code(user.Secret) }))
            .ShouldBeProblemAsync(401, "reauthentication_required");
        await (await user.Http.PostAsync(Auth + "change-email", new { new_email = newEmail, password = user.User.Password }))
            .ShouldBeProblemAsync(401, "reauthentication_required");
        await app.WaitForEmailsAsync();
        Assert.Empty(await app.Mailbox.ForAsync(newEmail));

        // The code above wasn't checked, so it is still valid.
        await ReauthenticateAsync(user.Http, new { password = user.User.Password, two_factor_code = app.Code(user.Secret) });
        app.NextStep();
        await (await user.Http.PostAsync(Auth + "2fa/recovery-codes", new { code = app.Code(user.Secret) })).ShouldBeAsync(HttpStatusCode.OK);
        await (await user.Http.PostAsync(Auth + "change-email", new { new_email = newEmail, password = user.User.Password }))
            .ShouldBeAsync(HttpStatusCode.Accepted);
    }

    /// <remarks>A refused request doesn't replace the codes.</remarks>
    [Fact]
    public async Task After_a_refused_renewal_the_old_recovery_codes_still_work()
    {
        var user = await app.SignUpWithTwoFactorAsync();
        app.Clock.Advance(TimeSpan.FromMinutes(10));
        await (await user.Http.PostAsync(Auth + "2fa/recovery-codes", new { code = app.Code(user.Secret) }))
            .ShouldBeProblemAsync(401, "reauthentication_required");

        await (await app.SubmitRecoveryCodeAsync(await app.ChallengeAsync(user.User), user.RecoveryCodes[0])).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task With_a_second_factor_the_password_alone_is_not_enough()
    {
        var user = await app.SignUpWithTwoFactorAsync();
        var password = user.User.Password;
        app.Clock.Advance(TimeSpan.FromMinutes(10));

        await (await user.Http.PostAsync(Route, new { password })).ShouldBeProblemAsync(401, "two_factor_required");
        await (await user.Http.PostAsync(Route, new { password, two_factor_code = app.WrongCode(user.Secret) }))
            .ShouldBeProblemAsync(400, "invalid_two_factor_code");
        await (await user.Http.PostAsync(Route, new { password, recovery_code = "AAAAAA-AAAAAA-AAAAAA-AAAAAA" }))
            .ShouldBeProblemAsync(400, "invalid_two_factor_code");
        await (await user.Http.PostAsync(Route, new { password = "not the password", two_factor_code = app.Code(user.Secret) }))
            .ShouldBeProblemAsync(401, "invalid_credentials");
        await (await user.Http.PostAsync(Route, new { password, two_factor_code = app.Code(user.Secret), recovery_code = user.RecoveryCodes[0] }))
            .ShouldBeProblemAsync(400, "validation_failed");
        await ShouldNotBeFreshAsync(user.Http);
    }

    [Fact]
    public async Task A_recovery_code_works_once()
    {
        var user = await app.SignUpWithTwoFactorAsync();
        app.Clock.Advance(TimeSpan.FromMinutes(10));

        await ReauthenticateAsync(user.Http, new { password = user.User.Password, recovery_code = user.RecoveryCodes[0] });

        await CortexApp.GenerateKeyAsync(user.Http);
        await (await user.Http.PostAsync(Route, new { password = user.User.Password, recovery_code = user.RecoveryCodes[0] }))
            .ShouldBeProblemAsync(400, "invalid_two_factor_code");
    }

    /// <remarks>A code is accepted once (RFC 6238, section 5.2), on whichever route.</remarks>
    [Fact]
    public async Task A_code_that_was_used_is_refused()
    {
        var user = await app.SignUpWithTwoFactorAsync();
        app.Clock.Advance(TimeSpan.FromMinutes(10));
        var code = app.Code(user.Secret);
        await (await app.SubmitCodeAsync(await app.ChallengeAsync(user.User), code)).ShouldBeAsync(HttpStatusCode.OK);

        await (await user.Http.PostAsync(Route, new { password = user.User.Password, two_factor_code = code }))
            .ShouldBeProblemAsync(400, "invalid_two_factor_code");
    }

    /// <remarks>Without this, an attacker with a session could guess here without limit.</remarks>
    [Fact]
    public async Task Wrong_passwords_count_toward_the_login_lockout()
    {
        var (user, _, http) = await app.SignUpAsync();
        for (var i = 0; i < 5; i++)
        {
            await (await http.PostAsync(Route, new { password = "not the password" })).ShouldBeProblemAsync(401, "invalid_credentials");
        }

        var answer = await http.PostAsync(Route, new { password = user.Password });

        await answer.ShouldBeProblemAsync(429, "rate_limited");
        Assert.NotNull(answer.Headers.RetryAfter);
        Assert.Equal(HttpStatusCode.TooManyRequests, await app.TryLogInAsync(user.Email, user.Password));
        await (await http.FetchAsync(Auth + "me")).ShouldBeAsync(HttpStatusCode.OK);
    }

    /// <remarks>Every route that requires a password counts wrong ones together.</remarks>
    [Fact]
    public async Task Wrong_passwords_on_all_routes_share_one_count()
    {
        var (user, _, http) = await app.SignUpAsync();
        const string Wrong = "not the password";
        await (await http.PostAsync(Auth + "2fa/enable", new { password = Wrong })).ShouldBeProblemAsync(401, "invalid_credentials");
        await (await http.PostAsync(Auth + "change-email", new { new_email = app.NewEmail(), password = Wrong }))
            .ShouldBeProblemAsync(401, "invalid_credentials");
        await (await http.PatchAsync(Auth + "me/password", new { current_password = Wrong, new_password = EmailSteps.NewPassword }))
            .ShouldBeProblemAsync(401, "invalid_credentials");
        await (await http.PostAsync(Route, new { password = Wrong })).ShouldBeProblemAsync(401, "invalid_credentials");
        Assert.Equal(HttpStatusCode.Unauthorized, await app.TryLogInAsync(user.Email, Wrong));

        await (await http.PostAsync(Auth + "2fa/enable", new { password = user.Password })).ShouldBeProblemAsync(429, "rate_limited");
        await (await http.PostAsync(Auth + "change-email", new { new_email = app.NewEmail(), password = user.Password }))
            .ShouldBeProblemAsync(429, "rate_limited");
        await (await http.PatchAsync(Auth + "me/password", new { current_password = user.Password, new_password = EmailSteps.NewPassword }))
            .ShouldBeProblemAsync(429, "rate_limited");
        Assert.Equal(HttpStatusCode.TooManyRequests, await app.TryLogInAsync(user.Email, user.Password));
    }

    /// <remarks>Without this, an attacker with a session could guess here without limit.</remarks>
    [Fact]
    public async Task Wrong_codes_count_toward_the_lockout_of_the_second_factor()
    {
        var user = await app.SignUpWithTwoFactorAsync();
        for (var i = 0; i < 10; i++)
        {
            await (await user.Http.PostAsync(Route, new { password = user.User.Password, two_factor_code = app.WrongCode(user.Secret) }))
                .ShouldBeProblemAsync(400, "invalid_two_factor_code");
        }

        await (await user.Http.PostAsync(Route, new { password = user.User.Password, two_factor_code = app.Code(user.Secret) }))
            .ShouldBeProblemAsync(429, "rate_limited");
        await (await app.SubmitCodeAsync(await app.ChallengeAsync(user.User), app.Code(user.Secret))).ShouldBeProblemAsync(429, "rate_limited");
    }

    [Fact]
    public async Task Reauthentication_does_not_make_another_session_fresh()
    {
        var (user, _, http) = await app.SignUpAsync();
        var other = app.WithToken((await app.LogInAsync(user)).AccessToken);
        app.Clock.Advance(TimeSpan.FromMinutes(10));

        await ReauthenticateAsync(http, new { password = user.Password });

        await CortexApp.GenerateKeyAsync(http);
        await ShouldNotBeFreshAsync(other);
    }

    /// <remarks>A refresh proves possession of the token, not the user's identity.</remarks>
    [Fact]
    public async Task A_refresh_does_not_make_a_session_fresh()
    {
        var (_, tokens, _) = await app.SignUpAsync();
        app.Clock.Advance(TimeSpan.FromMinutes(10));

        var refreshed = Tokens.Of(
            await (await app.Anonymous().PostAsync(Auth + "refresh", new { refresh_token = tokens.RefreshToken })).JsonAsync(HttpStatusCode.OK));

        await ShouldNotBeFreshAsync(app.WithToken(refreshed.AccessToken));
    }

    [Fact]
    public async Task Reauthentication_is_valid_for_ten_minutes_and_returns_no_token()
    {
        var (user, _, http) = await app.SignUpAsync();
        app.Clock.Advance(TimeSpan.FromMinutes(15));

        var answer = await http.PostAsync(Route, new { password = user.Password });

        await answer.ShouldBeAsync(HttpStatusCode.NoContent);
        Assert.Equal("", await answer.TextAsync());
        app.Clock.Advance(TimeSpan.FromSeconds(599));
        await CortexApp.GenerateKeyAsync(http);
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        await ShouldNotBeFreshAsync(http);
    }

    [Fact]
    public async Task An_API_key_or_an_anonymous_caller_cannot_reauthenticate()
    {
        var (user, _, http) = await app.SignUpAsync();
        var (_, key) = await CortexApp.GenerateKeyAsync(http);

        await (await app.WithKey(key).PostAsync(Route, new { password = user.Password })).ShouldBeProblemAsync(403, "forbidden");
        await (await app.Anonymous().PostAsync(Route, new { password = user.Password })).ShouldBeProblemAsync(401, "unauthenticated");
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"password":null}""")]
    [InlineData("""{"password":""}""")]
    [InlineData("""{"password":[]}""")]
    [InlineData("""{"password":"x","two_factor_code":123456}""")]
    public async Task An_invalid_body_is_refused(string body)
    {
        var (_, _, http) = await app.SignUpAsync();

        await (await http.PostTextAsync(Route, body)).ShouldBeProblemAsync(400, "validation_failed");
    }

    private static async Task ReauthenticateAsync(HttpClient http, object body) =>
        await (await http.PostAsync(Route, body)).ShouldBeAsync(HttpStatusCode.NoContent);

    private static async Task ShouldNotBeFreshAsync(HttpClient http) =>
        await (await http.PostAsync(Auth + "api-keys/generate", new { name = "x" })).ShouldBeProblemAsync(401, "reauthentication_required");
}
