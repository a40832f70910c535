using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Accounts;

/// <remarks>The rules of the OWASP Forgot Password Cheat Sheet; a reset proves the mailbox and replaces the password, and nothing more.</remarks>
public sealed class ResetPasswordTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Auth = "/api/v1/auth/";
    private const string New = EmailSteps.NewPassword;

    [Fact]
    public async Task The_new_password_counts_and_the_old_one_no_more()
    {
        var user = await app.RegisterAsync();

        await (await app.ResetAsync(await app.ResetTokenAsync(user.Email))).ShouldBeAsync(HttpStatusCode.NoContent);

        Assert.Equal(HttpStatusCode.Unauthorized, await app.TryLogInAsync(user.Email, user.Password));
        Assert.Equal(HttpStatusCode.OK, await app.TryLogInAsync(user.Email, New));
    }

    /// <remarks>Whoever reset the password still has to log in with it, and the owner learns of it (OWASP ASVS 6.3.7).</remarks>
    [Fact]
    public async Task It_logs_nobody_in_ends_all_sessions_and_mails_a_notice()
    {
        var (user, tokens, http) = await app.SignedInAsync();
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

    /// <remarks>Whoever was logged in with the old password is out everywhere (OWASP ASVS 7.4.3).</remarks>
    [Fact]
    public async Task Sessions_end_on_other_replicas_too()
    {
        var (user, tokens, _) = await app.SignedInAsync();
        using var elsewhere = app.StartReplica(out var replica);
        using var _ = replica;
        elsewhere.DefaultRequestHeaders.Authorization = new("Bearer", tokens.AccessToken);
        await (await elsewhere.FetchAsync(Auth + "me")).ShouldBeAsync(HttpStatusCode.OK);

        await (await app.ResetAsync(await app.ResetTokenAsync(user.Email))).ShouldBeAsync(HttpStatusCode.NoContent);

        await (await elsewhere.FetchUntilAsync(Auth + "me", HttpStatusCode.Unauthorized)).ShouldBeAsync(HttpStatusCode.Unauthorized);
    }

    /// <remarks>Whoever reads the mails must not get around the second factor (OWASP ASVS 6.4.3).</remarks>
    [Fact]
    public async Task The_second_factor_stays_and_a_login_under_way_is_void()
    {
        var user = await app.WithTwoFactorAsync();
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

    /// <remarks>Only the newest mail is good, so an older one that somebody else found opens nothing.</remarks>
    [Fact]
    public async Task A_newer_link_voids_the_older_one()
    {
        var user = await app.RegisterAsync();
        var older = await app.ResetTokenAsync(user.Email);
        var newer = await app.ResetTokenAsync(user.Email);

        Assert.NotEqual(older, newer);
        await (await app.ResetAsync(older)).ShouldBeProblemAsync(400, "invalid_reset_token");
        await (await app.ResetAsync(newer)).ShouldBeAsync(HttpStatusCode.NoContent);
    }

    /// <remarks>An owner who changes the password stops a reset that somebody else asked for.</remarks>
    [Fact]
    public async Task A_change_of_the_password_voids_the_link()
    {
        var (user, _, http) = await app.SignedInAsync();
        var token = await app.ResetTokenAsync(user.Email);
        await (await http.PatchAsync(Auth + "me/password", new { current_password = user.Password, new_password = "changed by its owner" }))
            .ShouldBeAsync(HttpStatusCode.NoContent);

        await (await app.ResetAsync(token)).ShouldBeProblemAsync(400, "invalid_reset_token");

        Assert.Equal(HttpStatusCode.OK, await app.TryLogInAsync(user.Email, "changed by its owner"));
    }

    /// <remarks>This holds also where another program has left the account without a security stamp.</remarks>
    [Fact]
    public async Task A_change_of_the_password_voids_the_link_of_an_account_without_a_stamp()
    {
        var (user, _, http) = await app.SignedInAsync();
        await app.SqlAsync("UPDATE users SET security_stamp = NULL WHERE id = $1", user.Id);
        var token = await app.ResetTokenAsync(user.Email);
        await (await http.PatchAsync(Auth + "me/password", new { current_password = user.Password, new_password = "changed by its owner" }))
            .ShouldBeAsync(HttpStatusCode.NoContent);

        await (await app.ResetAsync(token)).ShouldBeProblemAsync(400, "invalid_reset_token");
        await (await app.ResetAsync(await app.ResetTokenAsync(user.Email))).ShouldBeAsync(HttpStatusCode.NoContent);
    }

    /// <remarks>An owner who has lost the old mailbox must not lose the account with it.</remarks>
    [Fact]
    public async Task A_change_of_the_email_voids_the_link()
    {
        var (user, _, http) = await app.SignedInAsync();
        var token = await app.ResetTokenAsync(user.Email);
        await (await app.ConfirmEmailAsync(await app.EmailChangeTokenAsync(http, app.NewEmail()))).ShouldBeAsync(HttpStatusCode.NoContent);

        await (await app.ResetAsync(token)).ShouldBeProblemAsync(400, "invalid_reset_token");
    }

    /// <remarks>A link that lies in a mailbox for long is a risk to its owner (OWASP ASVS 6.5.5).</remarks>
    [Theory]
    [InlineData(-1, HttpStatusCode.NoContent)]
    [InlineData(0, HttpStatusCode.BadRequest)]
    public async Task A_link_is_good_for_one_hour(int seconds, HttpStatusCode expected)
    {
        var token = await app.ResetTokenAsync((await app.RegisterAsync()).Email);

        app.Clock.Advance(TimeSpan.FromHours(1) + TimeSpan.FromSeconds(seconds));

        await (await app.ResetAsync(token)).ShouldBeAsync(expected);
    }

    [Fact]
    public async Task A_disabled_account_gets_no_new_password()
    {
        var user = await app.RegisterAsync();
        var token = await app.ResetTokenAsync(user.Email);
        var hash = await app.SqlAsync("SELECT password_hash FROM users WHERE id = $1", user.Id);
        await app.SqlAsync("UPDATE users SET is_active = false WHERE id = $1", user.Id);

        await (await app.ResetAsync(token)).ShouldBeProblemAsync(400, "invalid_reset_token");

        Assert.Equal(hash, await app.SqlAsync("SELECT password_hash FROM users WHERE id = $1", user.Id));
    }

    [Fact]
    public async Task An_account_that_is_gone_has_no_use_for_its_link()
    {
        var user = await app.RegisterAsync();
        var token = await app.ResetTokenAsync(user.Email);
        await app.SqlAsync("DELETE FROM users WHERE id = $1", user.Id);

        await (await app.ResetAsync(token)).ShouldBeProblemAsync(400, "invalid_reset_token");
    }

    /// <remarks>The link stays good, so that a better password can follow.</remarks>
    [Theory]
    [InlineData("short")]
    [InlineData("password12345678")]
    [InlineData("cortexidentity1")]
    [InlineData("email")]
    public async Task A_weak_password_is_refused_with_the_reason_and_spends_nothing(string password)
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
    public async Task A_password_that_is_none_is_refused_and_spends_nothing(object? password)
    {
        var token = await app.ResetTokenAsync((await app.RegisterAsync()).Email);
        var text = password is int length ? new string('a', length) : (string?)password;

        var answer = await app.Anonymous().PostAsync(Auth + "reset-password", new { token, new_password = text });

        await answer.ShouldBeProblemAsync(400, "validation_failed");
        await (await app.ResetAsync(token)).ShouldBeAsync(HttpStatusCode.NoContent);
    }

    /// <remarks>Wrong passwords of a stranger can't keep the owner out.</remarks>
    [Fact]
    public async Task A_locked_owner_gets_in_again()
    {
        var user = await app.RegisterAsync();
        for (var time = 0; time < 10; time++)
        {
            app.Clock.Advance(TimeSpan.FromSeconds(time < 5 ? 0 : Math.Pow(2, time - 5)));
            Assert.Equal(HttpStatusCode.Unauthorized, await app.TryLogInAsync(user.Email, "not the password"));
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, await app.TryLogInAsync(user.Email, user.Password));

        await (await app.ResetAsync(await app.ResetTokenAsync(user.Email))).ShouldBeAsync(HttpStatusCode.NoContent);

        Assert.Equal(HttpStatusCode.OK, await app.TryLogInAsync(user.Email, New));
    }

    /// <remarks>Whoever registers with another's address keeps nothing once its owner proves the mailbox.</remarks>
    [Fact]
    public async Task A_squatter_keeps_nothing()
    {
        var (user, tokens, http) = await app.SignedInAsync();
        var (_, key) = await CortexApp.GenerateKeyAsync(http, "introspect");
        const string Legacy = "squatters-legacy-key-0123456789";
        var unused = app.WithKey(Legacy);
        await app.SqlAsync("UPDATE users SET api_key = $2 WHERE id = $1", user.Id, Legacy);
        var moving = await app.EmailChangeTokenAsync(http, app.NewEmail());
        using var elsewhere = app.StartReplica(out var replica);
        using var _ = replica;
        elsewhere.DefaultRequestHeaders.Add("X-API-Key", key);
        await (await elsewhere.FetchAsync(Auth + "me")).ShouldBeAsync(HttpStatusCode.OK);

        await (await app.ResetAsync(await app.ResetTokenAsync(user.Email))).ShouldBeAsync(HttpStatusCode.NoContent);

        await http.ShouldBeRefusedAsync();
        await app.WithKey(key).ShouldBeRefusedAsync();
        await unused.ShouldBeRefusedAsync();
        await (await elsewhere.FetchUntilAsync(Auth + "me", HttpStatusCode.Unauthorized)).ShouldBeAsync(HttpStatusCode.Unauthorized);
        await (await app.Anonymous().PostAsync(Auth + "refresh", new { refresh_token = tokens.RefreshToken })).ShouldBeAsync(HttpStatusCode.Unauthorized);
        await (await app.ConfirmEmailAsync(moving)).ShouldBeProblemAsync(400, "invalid_verification_token");
        Assert.Equal(HttpStatusCode.Unauthorized, await app.TryLogInAsync(user.Email, user.Password));
        var owner = app.WithToken((await app.LogInAsync(user with { Password = New })).AccessToken);
        Assert.True((await (await owner.FetchAsync(Auth + "me")).JsonAsync(HttpStatusCode.OK)).GetProperty("is_verified").GetBoolean());
        Assert.Empty((await (await owner.FetchAsync(Auth + "api-keys")).JsonAsync(HttpStatusCode.OK)).EnumerateArray());
    }

    /// <remarks>Whoever registered with another's address can't keep its owner out by a second factor.</remarks>
    [Fact]
    public async Task On_a_mailbox_that_nobody_proved_the_second_factor_and_its_recovery_codes_go_too()
    {
        var squatter = await app.WithTwoFactorAsync();
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

        // The owner sets up a second factor of their own.
        await (await owner.PostAsync(Auth + "2fa/enable", new { })).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_API_keys_of_a_verified_account_go_on()
    {
        var user = await app.RegisterVerifiedAsync();
        var (_, key) = await CortexApp.GenerateKeyAsync(app.WithToken((await app.LogInAsync(user)).AccessToken));

        await (await app.ResetAsync(await app.ResetTokenAsync(user.Email))).ShouldBeAsync(HttpStatusCode.NoContent);

        await (await app.WithKey(key).FetchAsync(Auth + "me")).ShouldBeAsync(HttpStatusCode.OK);
    }
}
