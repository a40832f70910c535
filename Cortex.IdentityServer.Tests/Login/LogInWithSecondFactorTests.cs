using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Login;

public sealed class LogInWithSecondFactorTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Route = "/api/v1/auth/login/2fa";
    private const string UnknownRecoveryCode = "AAAAAA-AAAAAA-AAAAAA-AAAAAA";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <remarks>The password is one factor of two (OWASP ASVS 2.3.1).</remarks>
    [Fact]
    public async Task The_password_alone_returns_a_challenge_and_no_session()
    {
        var user = await app.SignUpWithTwoFactorAsync();
        var sessions = await app.SqlAsync("SELECT count(*) FROM sessions WHERE user_id = $1", user.User.Id);

        var response = await app.Anonymous().PostAsync("/api/v1/auth/login", new { email = user.User.Email, password = user.User.Password });

        var problem = await response.ShouldBeProblemAsync(401, "two_factor_required");
        Assert.NotEqual("", problem.GetProperty("two_factor_token").GetString());
        Assert.False(problem.TryGetProperty("access_token", out _));
        Assert.True(response.Headers.CacheControl?.NoStore);
        Assert.Equal(sessions, await app.SqlAsync("SELECT count(*) FROM sessions WHERE user_id = $1", user.User.Id));
    }

    [Fact]
    public async Task A_correct_code_returns_working_tokens()
    {
        var user = await app.SignUpWithTwoFactorAsync();

        var answer = await (await app.SubmitCodeAsync(await app.ChallengeAsync(user.User), app.Code(user.Secret))).JsonAsync(HttpStatusCode.OK);

        Assert.Equal(
            ["access_token", "token_type", "expires_in", "refresh_token", "refresh_expires_in"],
            answer.EnumerateObject().Select(field => field.Name));
        var me = await (await app.WithToken(Tokens.Of(answer).AccessToken).GetAsync("/api/v1/auth/me", Cancel)).JsonAsync(HttpStatusCode.OK);
        Assert.Equal(user.User.Id, me.GetProperty("id").GetGuid());
        Assert.True(me.GetProperty("two_factor_enabled").GetBoolean());
    }

    [Fact]
    public async Task A_wrong_code_may_be_followed_by_a_correct_one()
    {
        var user = await app.SignUpWithTwoFactorAsync();
        var token = await app.ChallengeAsync(user.User);

        await (await app.SubmitCodeAsync(token, app.WrongCode(user.Secret))).ShouldBeProblemAsync(401, "invalid_two_factor_code");
        await (await app.SubmitRecoveryCodeAsync(token, UnknownRecoveryCode)).ShouldBeProblemAsync(401, "invalid_two_factor_code");
        await (await app.SubmitCodeAsync(token, app.Code(user.Secret))).ShouldBeAsync(HttpStatusCode.OK);
    }

    /// <remarks>A challenge that could be reused would replace the password for an attacker who finds it (OWASP ASVS 6.6.2).</remarks>
    [Fact]
    public async Task A_challenge_is_valid_for_one_login()
    {
        var user = await app.SignUpWithTwoFactorAsync();
        var token = await app.ChallengeAsync(user.User);
        await (await app.SubmitCodeAsync(token, app.Code(user.Secret))).ShouldBeAsync(HttpStatusCode.OK);
        app.NextStep();

        await (await app.SubmitCodeAsync(token, app.Code(user.Secret))).ShouldBeProblemAsync(401, "invalid_token");
        await (await app.SubmitRecoveryCodeAsync(token, user.RecoveryCodes[0])).ShouldBeProblemAsync(401, "invalid_token");
    }

    /// <remarks>The user has enough time to find the phone, and not much more (OWASP ASVS 6.6.2).</remarks>
    [Fact]
    public async Task A_challenge_is_valid_for_five_minutes()
    {
        var user = await app.SignUpWithTwoFactorAsync();
        var first = await app.ChallengeAsync(user.User);
        var second = await app.ChallengeAsync(user.User);

        app.Clock.Advance(TimeSpan.FromSeconds(299));
        await (await app.SubmitCodeAsync(first, app.Code(user.Secret))).ShouldBeAsync(HttpStatusCode.OK);
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        await (await app.SubmitRecoveryCodeAsync(second, user.RecoveryCodes[0])).ShouldBeProblemAsync(401, "invalid_token");
    }

    /// <remarks>
    /// After that, even the correct code fails. Wrong codes of both kinds share one count, because six digits could be guessed otherwise (CVE-2024-32868).
    /// </remarks>
    [Fact]
    public async Task Five_wrong_codes_invalidate_a_challenge()
    {
        var user = await app.SignUpWithTwoFactorAsync();
        var token = await app.ChallengeAsync(user.User);
        for (var i = 0; i < 5; i++)
        {
            await (i % 2 == 0 ? await app.SubmitCodeAsync(token, app.WrongCode(user.Secret)) : await app.SubmitRecoveryCodeAsync(token, UnknownRecoveryCode))
                .ShouldBeProblemAsync(401, "invalid_two_factor_code");
        }

        await (await app.SubmitCodeAsync(token, app.Code(user.Secret))).ShouldBeProblemAsync(401, "invalid_token");
        await (await app.SubmitCodeAsync(await app.ChallengeAsync(user.User), app.Code(user.Secret))).ShouldBeAsync(HttpStatusCode.OK);
    }

    /// <remarks>Without this, an attacker who knows a password could use a second factor of another account (OWASP ASVS 6.6.2).</remarks>
    [Fact]
    public async Task A_challenge_is_bound_to_its_user()
    {
        var (victim, attacker) = (await app.SignUpWithTwoFactorAsync(), await app.SignUpWithTwoFactorAsync());
        var token = await app.ChallengeAsync(victim.User);

        await (await app.SubmitCodeAsync(token, app.Code(attacker.Secret))).ShouldBeProblemAsync(401, "invalid_two_factor_code");
        await (await app.SubmitRecoveryCodeAsync(token, attacker.RecoveryCodes[0])).ShouldBeProblemAsync(401, "invalid_two_factor_code");
    }

    /// <remarks>One kind of token can't substitute for another (RFC 8725, section 3.11).</remarks>
    [Fact]
    public async Task A_challenge_does_not_work_as_another_credential()
    {
        var user = await app.SignUpWithTwoFactorAsync();
        var token = await app.ChallengeAsync(user.User);
        var (_, service) = await CortexApp.GenerateKeyAsync((await app.SignUpAsync()).Http, "introspect");

        await (await app.WithToken(token).GetAsync("/api/v1/auth/me", Cancel)).ShouldBeProblemAsync(401, "invalid_token");
        await (await app.WithKey(token).GetAsync("/api/v1/auth/me", Cancel)).ShouldBeProblemAsync(401, "invalid_api_key");
        await (await app.Anonymous().PostAsync("/api/v1/auth/refresh", new { refresh_token = token })).ShouldBeProblemAsync(401, "invalid_refresh_token");
        await (await app.WithToken(token).PostAsync("/api/v1/auth/2fa/disable", new { password = user.User.Password, code = app.Code(user.Secret) }))
            .ShouldBeProblemAsync(401, "invalid_token");
        var introspection = await (await app.WithKey(service).PostAsync("/api/v1/auth/introspect", new { token })).JsonAsync(HttpStatusCode.OK);
        Assert.Equal("""{"active":false}""", introspection.GetRawText());
        await (await app.SubmitCodeAsync(token, app.Code(user.Secret))).ShouldBeAsync(HttpStatusCode.OK);
    }

    /// <remarks>No other credential works as a challenge either (RFC 8725, section 3.11).</remarks>
    [Fact]
    public async Task Text_that_is_not_a_challenge_is_refused()
    {
        var user = await app.SignUpWithTwoFactorAsync();
        var token = await app.ChallengeAsync(user.User);
        var (_, key) = await CortexApp.GenerateKeyAsync(user.Http);
        var forged = token[..^1] + (token[^1] == 'A' ? 'B' : 'A');
        string[] garbage =
        [
            user.Tokens.AccessToken[..400], user.Tokens.RefreshToken, key, forged, token[..^1], token + "A", token.ToUpperInvariant(), " " + token, "c2f_",
            "c2f_\0", "😀", "null",
        ];

        foreach (var text in garbage)
        {
            await (await app.SubmitCodeAsync(text, app.Code(user.Secret))).ShouldBeProblemAsync(401, "invalid_token");
        }
    }

    [Theory]
    [InlineData("""{"two_factor_token": "TOKEN"}""", "code")]
    [InlineData("""{"two_factor_token": "TOKEN", "code": null}""", "code")]
    [InlineData("""{"two_factor_token": "TOKEN", "code": "123456", "recovery_code": "x"}""", "recovery_code")]
    [InlineData("""{"two_factor_token": "TOKEN", "code": 123456}""", "code")]
    [InlineData("""{"two_factor_token": "TOKEN", "code": ["123456"]}""", "code")]
    [InlineData("""{"code": "123456"}""", "two_factor_token")]
    [InlineData("""{"two_factor_token": null, "code": "123456"}""", "two_factor_token")]
    [InlineData("""{"two_factor_token": 1, "code": "123456"}""", "two_factor_token")]
    public async Task A_field_that_is_missing_or_of_the_wrong_type_is_named(string body, string field)
    {
        var user = await app.SignUpWithTwoFactorAsync();
        var token = await app.ChallengeAsync(user.User);

        var problem = await (await app.Anonymous().PostTextAsync(Route, body.Replace("TOKEN", token, StringComparison.Ordinal)))
            .ShouldBeProblemAsync(400, "validation_failed");

        Assert.Equal([field], problem.GetProperty("errors").EnumerateObject().Select(error => error.Name));
    }

    [Fact]
    public async Task An_unknown_field_is_refused() =>
        await (await app.Anonymous().PostAsync(Route, new { two_factor_token = "x", two_factor_code = "123456" })).ShouldBeProblemAsync(400, "unknown_field");

    [Fact]
    public async Task An_account_that_was_disabled_in_the_meantime_gets_no_session()
    {
        var user = await app.SignUpWithTwoFactorAsync();
        var token = await app.ChallengeAsync(user.User);
        await app.SqlAsync("UPDATE users SET is_active = false WHERE id = $1", user.User.Id);

        await (await app.SubmitCodeAsync(token, app.Code(user.Secret))).ShouldBeProblemAsync(403, "account_disabled");
    }

    [Fact]
    public async Task A_challenge_of_a_deleted_user_is_invalid()
    {
        var user = await app.SignUpWithTwoFactorAsync();
        var token = await app.ChallengeAsync(user.User);
        await app.SqlAsync("DELETE FROM users WHERE id = $1", user.User.Id);

        await (await app.SubmitCodeAsync(token, app.Code(user.Secret))).ShouldBeProblemAsync(401, "invalid_token");
    }

    /// <remarks>A login that was started under the old second factor must not bypass the new one (OWASP ASVS 6.4.3).</remarks>
    [Fact]
    public async Task A_change_of_the_second_factor_invalidates_a_challenge()
    {
        var user = await app.SignUpWithTwoFactorAsync();
        var token = await app.ChallengeAsync(user.User);
        await (await user.Http.PostAsync("/api/v1/auth/2fa/disable", new { password = user.User.Password, code = app.Code(user.Secret) }))
            .ShouldBeAsync(HttpStatusCode.NoContent);

        await (await app.SubmitRecoveryCodeAsync(token, user.RecoveryCodes[0])).ShouldBeProblemAsync(401, "invalid_token");
    }
}
