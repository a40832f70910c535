using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Accounts;

/// <remarks>Follows the OWASP Forgot Password Cheat Sheet: a reset verifies the mailbox and replaces the password, and nothing more.</remarks>
public sealed class ResetPasswordTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Auth = "/api/v1/auth/";
    private const string New = EmailSteps.NewPassword;

    [Fact]
    public async Task The_new_password_works_and_the_old_one_no_longer_does()
    {
        var user = await app.RegisterAsync();

        await (await app.ResetAsync(await app.ResetTokenAsync(user.Email))).ShouldBeAsync(HttpStatusCode.NoContent);

        Assert.Equal(HttpStatusCode.Unauthorized, await app.TryLogInAsync(user.Email, user.Password));
        Assert.Equal(HttpStatusCode.OK, await app.TryLogInAsync(user.Email, New));
    }

    /// <remarks>The user still has to log in with the new password, and the owner is notified (OWASP ASVS 6.3.7).</remarks>
    [Fact]
    public async Task A_reset_ends_all_sessions_emails_a_notice_and_does_not_log_the_user_in()
    {
        var (user, tokens, http) = await app.SignUpAsync();
        var other = await app.LogInAsync(user);

        var answer = await app.ResetAsync(await app.ResetTokenAsync(user.Email));

        await answer.ShouldBeAsync(HttpStatusCode.NoContent);
        Assert.Equal("", await answer.TextAsync());
        Assert.False(answer.Headers.Contains("Set-Cookie"));
        foreach (var session in new[] { tokens, other })
        {
            await (await app.WithToken(session.AccessToken).FetchAsync(Auth + "me")).ShouldBeProblemAsync(401, "session_revoked");
            await (await app.Anonymous().PostAsync(Auth + "refresh", new { refresh_token = session.RefreshToken }))
                .ShouldBeProblemAsync(401, "invalid_refresh_token");
        }

        await http.ShouldBeRefusedAsync();
        await app.WaitForEmailsAsync();
        Assert.Single(await app.Mailbox.ForAsync(user.Email, "password_changed"));
    }

    /// <remarks>All sessions that were started with the old password end everywhere (OWASP ASVS 7.4.3).</remarks>
    [Fact]
    public async Task Sessions_end_on_other_replicas_too()
    {
        var (user, tokens, _) = await app.SignUpAsync();
        using var second = app.StartReplica(out var replica);
        using var _ = replica;
        second.DefaultRequestHeaders.Authorization = new("Bearer", tokens.AccessToken);
        await (await second.FetchAsync(Auth + "me")).ShouldBeAsync(HttpStatusCode.OK);

        await (await app.ResetAsync(await app.ResetTokenAsync(user.Email))).ShouldBeAsync(HttpStatusCode.NoContent);

        await (await second.FetchUntilStatusAsync(Auth + "me", HttpStatusCode.Unauthorized)).ShouldBeAsync(HttpStatusCode.Unauthorized);
    }

    /// <remarks>Access to the mailbox must not bypass the second factor (OWASP ASVS 6.4.3).</remarks>
    [Fact]
    public async Task The_second_factor_stays_and_a_pending_login_is_invalid()
    {
        var user = await app.SignUpWithTwoFactorAsync();
        await app.SqlAsync("UPDATE users SET is_verified = true WHERE id = $1", user.User.Id);
        var pending = await app.ChallengeAsync(user.User);

        await (await app.ResetAsync(await app.ResetTokenAsync(user.User.Email))).ShouldBeAsync(HttpStatusCode.NoContent);

        await (await app.SubmitCodeAsync(pending, app.Code(user.Secret))).ShouldBeProblemAsync(401, "invalid_token");
        var challenge = await app.ChallengeAsync(user.User with { Password = New });
        await (await app.SubmitCodeAsync(challenge, app.Code(user.Secret))).ShouldBeAsync(HttpStatusCode.OK);
        challenge = await app.ChallengeAsync(user.User with { Password = New });
        await (await app.SubmitRecoveryCodeAsync(challenge, user.RecoveryCodes[0])).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_link_works_once()
    {
        var user = await app.RegisterAsync();
        var token = await app.ResetTokenAsync(user.Email);
        await (await app.ResetAsync(token)).ShouldBeAsync(HttpStatusCode.NoContent);

        await (await app.ResetAsync(token, "the password of a thief")).ShouldBeProblemAsync(400, "invalid_reset_token");

        Assert.Equal(HttpStatusCode.OK, await app.TryLogInAsync(user.Email, New));
    }

    /// <remarks>Only the newest link is valid, so an attacker who finds an older email can't use it.</remarks>
    [Fact]
    public async Task A_newer_link_invalidates_the_older_one()
    {
        var user = await app.RegisterAsync();
        var older = await app.ResetTokenAsync(user.Email);
        var newer = await app.ResetTokenAsync(user.Email);

        Assert.NotEqual(older, newer);
        await (await app.ResetAsync(older)).ShouldBeProblemAsync(400, "invalid_reset_token");
        await (await app.ResetAsync(newer)).ShouldBeAsync(HttpStatusCode.NoContent);
    }

    /// <remarks>An owner who changes the password stops a reset that an attacker requested.</remarks>
    [Fact]
    public async Task A_password_change_invalidates_the_link()
    {
        var (user, _, http) = await app.SignUpAsync();
        var token = await app.ResetTokenAsync(user.Email);
        await (await http.PatchAsync(Auth + "me/password", new { current_password = user.Password, new_password = "changed by its owner" }))
            .ShouldBeAsync(HttpStatusCode.NoContent);

        await (await app.ResetAsync(token)).ShouldBeProblemAsync(400, "invalid_reset_token");

        Assert.Equal(HttpStatusCode.OK, await app.TryLogInAsync(user.Email, "changed by its owner"));
    }

    /// <remarks>Another program may have created the account without a security stamp.</remarks>
    [Fact]
    public async Task A_password_change_invalidates_the_link_of_an_account_without_a_security_stamp()
    {
        var (user, _, http) = await app.SignUpAsync();
        await app.SqlAsync("UPDATE users SET security_stamp = NULL WHERE id = $1", user.Id);
        var token = await app.ResetTokenAsync(user.Email);
        await (await http.PatchAsync(Auth + "me/password", new { current_password = user.Password, new_password = "changed by its owner" }))
            .ShouldBeAsync(HttpStatusCode.NoContent);

        await (await app.ResetAsync(token)).ShouldBeProblemAsync(400, "invalid_reset_token");
        await (await app.ResetAsync(await app.ResetTokenAsync(user.Email))).ShouldBeAsync(HttpStatusCode.NoContent);
    }

    /// <remarks>An owner who has lost the old mailbox must not lose the account as well.</remarks>
    [Fact]
    public async Task An_email_change_invalidates_the_link()
    {
        var (user, _, http) = await app.SignUpAsync();
        var token = await app.ResetTokenAsync(user.Email);
        await (await app.ConfirmEmailAsync(await app.EmailChangeTokenAsync(http, app.NewEmail()))).ShouldBeAsync(HttpStatusCode.NoContent);

        await (await app.ResetAsync(token)).ShouldBeProblemAsync(400, "invalid_reset_token");
    }

    /// <remarks>A link that stays valid in a mailbox for long is a risk to its owner (OWASP ASVS 6.5.5).</remarks>
    [Theory]
    [InlineData(-1, HttpStatusCode.NoContent)]
    [InlineData(0, HttpStatusCode.BadRequest)]
    public async Task A_link_is_valid_for_one_hour(int seconds, HttpStatusCode expected)
    {
        var token = await app.ResetTokenAsync((await app.RegisterAsync()).Email);

        app.Clock.Advance(TimeSpan.FromHours(1) + TimeSpan.FromSeconds(seconds));

        await (await app.ResetAsync(token)).ShouldBeAsync(expected);
    }

    [Fact]
    public async Task The_password_of_a_disabled_account_cannot_be_reset()
    {
        var user = await app.RegisterAsync();
        var token = await app.ResetTokenAsync(user.Email);
        var hash = await app.SqlAsync("SELECT password_hash FROM users WHERE id = $1", user.Id);
        await app.SqlAsync("UPDATE users SET is_active = false WHERE id = $1", user.Id);

        await (await app.ResetAsync(token)).ShouldBeProblemAsync(400, "invalid_reset_token");

        Assert.Equal(hash, await app.SqlAsync("SELECT password_hash FROM users WHERE id = $1", user.Id));
    }

    [Fact]
    public async Task The_link_of_a_deleted_account_is_invalid()
    {
        var user = await app.RegisterAsync();
        var token = await app.ResetTokenAsync(user.Email);
        await app.SqlAsync("DELETE FROM users WHERE id = $1", user.Id);

        await (await app.ResetAsync(token)).ShouldBeProblemAsync(400, "invalid_reset_token");
    }

    /// <remarks>The link stays valid so that the user can try a better password.</remarks>
    [Theory]
    [InlineData("short")]
    [InlineData("password12345678")]
    [InlineData("cortexidentity1")]
    [InlineData("email")]
    public async Task A_weak_password_is_refused_with_the_reason_and_the_link_stays_valid(string password)
    {
        var user = await app.RegisterAsync();
        var token = await app.ResetTokenAsync(user.Email);

        var problem = await (await app.ResetAsync(token, password == "email" ? user.Email : password)).ShouldBeProblemAsync(400, "weak_password");

        Assert.NotEqual("", problem.GetProperty("errors").GetProperty("new_password")[0].GetString());
        await (await app.ResetAsync(token)).ShouldBeAsync(HttpStatusCode.NoContent);
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData(257)]
    public async Task An_invalid_password_is_refused_and_the_link_stays_valid(object? password)
    {
        var token = await app.ResetTokenAsync((await app.RegisterAsync()).Email);
        var text = password is int length ? new string('a', length) : (string?)password;

        var answer = await app.Anonymous().PostAsync(Auth + "reset-password", new { token, new_password = text });

        await answer.ShouldBeProblemAsync(400, "validation_failed");
        await (await app.ResetAsync(token)).ShouldBeAsync(HttpStatusCode.NoContent);
    }

    /// <remarks>An attacker's wrong passwords must not lock out the owner.</remarks>
    [Fact]
    public async Task A_reset_ends_a_lockout()
    {
        var user = await app.RegisterAsync();
        for (var i = 0; i < 10; i++)
        {
            app.Clock.Advance(TimeSpan.FromSeconds(i < 5 ? 0 : Math.Pow(2, i - 5)));
            Assert.Equal(HttpStatusCode.Unauthorized, await app.TryLogInAsync(user.Email, "not the password"));
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, await app.TryLogInAsync(user.Email, user.Password));

        await (await app.ResetAsync(await app.ResetTokenAsync(user.Email))).ShouldBeAsync(HttpStatusCode.NoContent);

        Assert.Equal(HttpStatusCode.OK, await app.TryLogInAsync(user.Email, New));
    }

    /// <remarks>A squatter who registered another person's address loses everything once the owner verifies the mailbox.</remarks>
    [Fact]
    public async Task A_squatter_loses_all_access()
    {
        var (user, tokens, http) = await app.SignUpAsync();
        var (_, key) = await CortexApp.GenerateKeyAsync(http, "introspect");
        const string Legacy = "squatters-legacy-key-0123456789";
        var legacy = app.WithKey(Legacy);
        await app.SqlAsync("UPDATE users SET api_key = $2 WHERE id = $1", user.Id, Legacy);
        var emailChange = await app.EmailChangeTokenAsync(http, app.NewEmail());
        using var second = app.StartReplica(out var replica);
        using var _ = replica;
        second.DefaultRequestHeaders.Add("X-API-Key", key);
        await (await second.FetchAsync(Auth + "me")).ShouldBeAsync(HttpStatusCode.OK);

        await (await app.ResetAsync(await app.ResetTokenAsync(user.Email))).ShouldBeAsync(HttpStatusCode.NoContent);

        await http.ShouldBeRefusedAsync();
        await app.WithKey(key).ShouldBeRefusedAsync();
        await legacy.ShouldBeRefusedAsync();
        await (await second.FetchUntilStatusAsync(Auth + "me", HttpStatusCode.Unauthorized)).ShouldBeAsync(HttpStatusCode.Unauthorized);
        await (await app.Anonymous().PostAsync(Auth + "refresh", new { refresh_token = tokens.RefreshToken })).ShouldBeAsync(HttpStatusCode.Unauthorized);
        await (await app.ConfirmEmailAsync(emailChange)).ShouldBeProblemAsync(400, "invalid_verification_token");
        Assert.Equal(HttpStatusCode.Unauthorized, await app.TryLogInAsync(user.Email, user.Password));
        var owner = app.WithToken((await app.LogInAsync(user with { Password = New })).AccessToken);
        Assert.True((await (await owner.FetchAsync(Auth + "me")).JsonAsync(HttpStatusCode.OK)).GetProperty("is_verified").GetBoolean());
        Assert.Empty((await (await owner.FetchAsync(Auth + "api-keys")).JsonAsync(HttpStatusCode.OK)).EnumerateArray());
    }

    /// <remarks>A squatter who registered another person's address must not lock out the owner with a second factor.</remarks>
    [Fact]
    public async Task A_reset_of_an_unverified_account_removes_the_second_factor_and_its_recovery_codes()
    {
        var squatter = await app.SignUpWithTwoFactorAsync();
        var pending = await app.ChallengeAsync(squatter.User);

        await (await app.ResetAsync(await app.ResetTokenAsync(squatter.User.Email))).ShouldBeAsync(HttpStatusCode.NoContent);

        var owner = app.WithToken((await app.LogInAsync(squatter.User with { Password = New })).AccessToken);
        var me = await (await owner.FetchAsync(Auth + "me")).JsonAsync(HttpStatusCode.OK);
        Assert.False(me.GetProperty("two_factor_enabled").GetBoolean());
        await (await app.SubmitCodeAsync(pending, app.Code(squatter.Secret))).ShouldBeProblemAsync(401, "invalid_token");
        Assert.Equal(0L, await app.SqlAsync("SELECT count(*) FROM recovery_codes WHERE user_id = $1", squatter.User.Id));
        Assert.IsType<DBNull>(await app.SqlAsync("SELECT two_factor_secret FROM users WHERE id = $1", squatter.User.Id));
        var actions = (string[])(await app.SqlAsync("SELECT array_agg(action::text) FROM audit_events WHERE user_id = $1", squatter.User.Id))!;
        Assert.Contains("two_factor.disabled", actions);

        // The owner can set up a new second factor.
        await (await owner.PostAsync(Auth + "2fa/enable", new { })).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_API_keys_of_a_verified_account_keep_working()
    {
        var user = await app.RegisterVerifiedAsync();
        var (_, key) = await CortexApp.GenerateKeyAsync(app.WithToken((await app.LogInAsync(user)).AccessToken));

        await (await app.ResetAsync(await app.ResetTokenAsync(user.Email))).ShouldBeAsync(HttpStatusCode.NoContent);

        await (await app.WithKey(key).FetchAsync(Auth + "me")).ShouldBeAsync(HttpStatusCode.OK);
    }
}
