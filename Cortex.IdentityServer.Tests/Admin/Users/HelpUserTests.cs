using System.Net;
using System.Text.Json;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Admin.Users;

/// <summary>Support unlocks accounts, removes lost second factors, ends sessions, and sends password reset links.</summary>
/// <remarks>Staff never know or choose a credential (OWASP ASVS 6.4.6).</remarks>
public sealed class HelpUserTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Auth = "/api/v1/auth/";

    [Fact]
    public async Task Unlocking_ends_the_lockout_after_wrong_passwords_from_any_address()
    {
        var (support, http) = await app.QuickStaffAsync("support");
        var user = await app.QuickUserAsync();
        for (var time = 0; time < 10; time++)
        {
            app.Clock.Advance(TimeSpan.FromSeconds(time < 5 ? 0 : Math.Pow(2, time - 5)));
            Assert.Equal(HttpStatusCode.Unauthorized, await app.TryLogInAsync(user.Email, "not the password"));
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, await app.TryLogInAsync(user.Email, user.Password));
        var until = (await http.DetailsAsync(user.Id)).GetProperty("locked_until").GetDateTimeOffset();

        await (await http.HelpAsync(user.Id, "unlock")).ShouldBeAsync(HttpStatusCode.NoContent);

        Assert.Equal(HttpStatusCode.Unauthorized, await app.TryLogInAsync(user.Email, "not the password"));
        await app.LogInAsync(user);
        var (actor, details) = await app.SingleEventAsync("user.unlocked", user.Id);
        Assert.Equal(support.Id, actor);
        Assert.Equal(until, details.GetProperty("before").GetProperty("locked_until").GetDateTimeOffset(), TimeSpan.FromMilliseconds(1));
        Assert.Equal(10, details.GetProperty("before").GetProperty("login_failures").GetInt32());
        Assert.Equal("""{"locked_until": null, "login_failures": 0}""", details.GetProperty("after").GetRawText());
    }

    [Fact]
    public async Task Unlocking_ends_the_lockout_after_wrong_codes()
    {
        var (_, http) = await app.QuickStaffAsync("support");
        var person = await app.SignUpWithTwoFactorAsync();
        await app.FailSecondStepAsync(person, 10);
        var challenge = await app.ChallengeAsync(person.User);
        await (await app.SubmitCodeAsync(challenge, app.Code(person.Secret))).ShouldBeProblemAsync(429, "rate_limited");

        await (await http.HelpAsync(person.User.Id, "unlock")).ShouldBeAsync(HttpStatusCode.NoContent);

        await (await app.SubmitCodeAsync(challenge, app.Code(person.Secret))).ShouldBeAsync(HttpStatusCode.OK);
        var (_, details) = await app.SingleEventAsync("user.unlocked", person.User.Id);
        Assert.Equal(["two_factor_failures", "two_factor_locked_until"], details.GetProperty("before").EnumerateObject().Select(field => field.Name).Order());
        Assert.Equal("""{"two_factor_failures": 0, "two_factor_locked_until": null}""", details.GetProperty("after").GetRawText());
    }

    [Fact]
    public async Task Unlocking_an_account_that_is_not_locked_records_no_event()
    {
        var (_, http) = await app.QuickStaffAsync("support");
        var user = await app.QuickUserAsync();

        await (await http.HelpAsync(user.Id, "unlock")).ShouldBeAsync(HttpStatusCode.NoContent);

        Assert.Equal(0L, await app.CountEventsAsync("user.unlocked", user.Id));
    }

    [Fact]
    public async Task A_lost_second_factor_is_removed_with_everything_based_on_it_and_the_owner_is_notified()
    {
        var (support, http) = await app.QuickStaffAsync("support");
        var person = await app.SignUpWithTwoFactorAsync();
        await person.Http.AddPasskeyAsync(new());
        var challenge = await app.ChallengeAsync(person.User);
        var reset = await app.ResetTokenAsync(person.User.Email);

        await (await http.HelpAsync(person.User.Id, "reset-2fa")).ShouldBeAsync(HttpStatusCode.NoContent);

        await (await person.Http.FetchAsync(Auth + "me")).ShouldBeProblemAsync(401, "session_revoked");
        await (await app.SubmitCodeAsync(challenge, app.Code(person.Secret))).ShouldBeProblemAsync(401, "invalid_token");
        await (await app.SubmitRecoveryCodeAsync(challenge, person.RecoveryCodes[0])).ShouldBeProblemAsync(401, "invalid_token");
        await (await app.ResetAsync(reset)).ShouldBeProblemAsync(400, "invalid_reset_token");
        await app.LogInAsync(person.User);
        Assert.Equal(0L, await app.SqlAsync(
            "SELECT (SELECT count(*) FROM passkeys WHERE user_id = $1) + (SELECT count(*) FROM recovery_codes WHERE user_id = $1) + (SELECT count(*) FROM "
                + "two_factor_states WHERE user_id = $1)"
            + " + (SELECT count(*) FROM two_factor_challenges WHERE user_id = $1) + (SELECT count(*) FROM users WHERE id = $1 AND two_factor_secret "
            + "IS NOT NULL)",
            person.User.Id));
        var (actor, details) = await app.SingleEventAsync("two_factor.reset", person.User.Id);
        Assert.Equal(support.Id, actor);
        details.ShouldShowChange("""{"two_factor_enabled":true,"passkeys":1}""", """{"two_factor_enabled":false,"passkeys":0}""");
        await app.WaitForEmailsAsync();
        var mail = Assert.Single(await app.Mailbox.ForAsync(person.User.Email, "two_factor_reset"));
        Assert.Contains("Our support team removed", mail.TextBody, StringComparison.Ordinal);
        Assert.DoesNotContain("127.0.0.1", mail.TextBody, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Passkeys_alone_are_removed_too_and_an_account_without_a_second_factor_gets_409()
    {
        var (_, http) = await app.QuickStaffAsync("support");
        var person = await app.SignUpWithPasskeyAsync();

        await (await http.HelpAsync(person.User.Id, "reset-2fa")).ShouldBeAsync(HttpStatusCode.NoContent);
        await (await http.HelpAsync(person.User.Id, "reset-2fa")).ShouldBeProblemAsync(409, "two_factor_not_enabled");

        await (await app.LogInWithPasskeyAsync(person.Key)).ShouldBeProblemAsync(401, "invalid_credentials");
        Assert.Equal(1L, await app.CountEventsAsync("two_factor.reset", person.User.Id));
    }

    [Fact]
    public async Task After_a_reset_the_owner_can_enable_a_new_second_factor()
    {
        var (_, http) = await app.QuickStaffAsync("support");
        var person = await app.SignUpWithTwoFactorAsync();
        await (await http.HelpAsync(person.User.Id, "reset-2fa")).ShouldBeAsync(HttpStatusCode.NoContent);
        var userHttp = app.WithToken((await app.LogInAsync(person.User)).AccessToken);

        var secret = (await (await userHttp.PostAsync(Auth + "2fa/enable", new { })).JsonAsync(HttpStatusCode.OK)).GetProperty("secret").GetString()!;

        Assert.NotEqual(person.Secret, secret);
        await (await userHttp.PostAsync(Auth + "2fa/verify", new { code = app.Code(secret) })).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Sessions_end_at_once_on_every_replica_and_API_keys_keep_working()
    {
        var (support, http) = await app.QuickStaffAsync("support");
        var (user, tokens, userHttp) = await app.QuickSignUpAsync();
        var (_, key) = await CortexApp.GenerateKeyAsync(userHttp);
        using var otherReplica = app.StartReplica(out var replica);
        using var _ = replica;
        otherReplica.DefaultRequestHeaders.Authorization = new("Bearer", tokens.AccessToken);
        await (await otherReplica.FetchAsync(Auth + "me")).ShouldBeAsync(HttpStatusCode.OK);

        await (await http.HelpAsync(user.Id, "revoke-sessions")).ShouldBeAsync(HttpStatusCode.NoContent);

        await (await userHttp.FetchAsync(Auth + "me")).ShouldBeProblemAsync(401, "session_revoked");
        await (await otherReplica.FetchUntilStatusAsync(Auth + "me", HttpStatusCode.Unauthorized)).ShouldBeProblemAsync(401, "session_revoked");
        await (await app.Anonymous().PostAsync(Auth + "refresh", new { refresh_token = tokens.RefreshToken }))
            .ShouldBeProblemAsync(401, "invalid_refresh_token");
        await (await app.WithKey(key).FetchAsync(Auth + "me")).ShouldBeAsync(HttpStatusCode.OK);
        var (actor, details) = await app.SingleEventAsync("session.ended", user.Id);
        Assert.Equal((support.Id, "ended_by_administrator"), (actor, details.GetProperty("reason").GetString()));

        await app.LogInAsync(user);
    }

    [Fact]
    public async Task The_emailed_link_sets_a_password_and_is_not_in_the_response()
    {
        var (support, http) = await app.QuickStaffAsync("support");
        var user = await app.QuickUserAsync();

        var answer = await http.HelpAsync(user.Id, "send-password-reset");

        Assert.Equal("""{"message":"The email is on its way."}""", (await answer.JsonAsync(HttpStatusCode.Accepted)).GetRawText());
        await (await app.ResetAsync(await app.NewestTokenAsync(user.Email, "reset_password_by_staff"))).ShouldBeAsync(HttpStatusCode.NoContent);
        Assert.Equal(HttpStatusCode.OK, await app.TryLogInAsync(user.Email, EmailSteps.NewPassword));
        Assert.Equal(support.Id, (await app.SingleEventAsync("password.reset_requested", user.Id)).Actor);
    }

    [Fact]
    public async Task A_user_who_never_had_a_password_gets_a_new_invitation()
    {
        var (_, http) = await app.QuickStaffAsync("support");
        var (user, first) = await app.InviteAsync();
        app.Clock.Advance(TimeSpan.FromSeconds(1));

        await (await http.HelpAsync(user.Id, "send-password-reset")).ShouldBeAsync(HttpStatusCode.Accepted);

        var second = await app.NewestTokenAsync(user.Email, "invitation");
        await (await app.ResetAsync(first)).ShouldBeProblemAsync(400, "invalid_reset_token");
        await (await app.ResetAsync(second)).ShouldBeAsync(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task After_five_emails_within_an_hour_staff_have_to_wait()
    {
        var (_, http) = await app.QuickStaffAsync("support");
        var user = await app.QuickUserAsync();
        for (var time = 0; time < 5; time++)
        {
            await (await http.HelpAsync(user.Id, "send-password-reset")).ShouldBeAsync(HttpStatusCode.Accepted);
        }

        var refused = await http.HelpAsync(user.Id, "send-password-reset");

        await refused.ShouldBeProblemAsync(429, "rate_limited");
        Assert.Equal("3600", refused.Headers.GetValues("Retry-After").Single());
        Assert.Equal(5L, await app.CountEventsAsync("password.reset_requested", user.Id));
        await app.WaitForEmailsAsync();

        // A link that a newer one voids before it is sent is not sent at all.
        Assert.InRange((await app.Mailbox.ForAsync(user.Email, "reset_password")).Count, 1, 5);
    }

    [Fact]
    public async Task A_disabled_account_gets_no_link()
    {
        var (_, http) = await app.QuickStaffAsync();
        var user = await app.QuickUserAsync();
        await (await http.UpdateUserAsync(user.Id, new { is_active = false })).ShouldBeAsync(HttpStatusCode.OK);

        await (await http.HelpAsync(user.Id, "send-password-reset")).ShouldBeProblemAsync(403, "account_disabled");

        await app.WaitForEmailsAsync();
        Assert.Empty(await app.Mailbox.ForAsync(user.Email, "reset_password"));
    }

    /// <remarks>Users must not learn where staff work.</remarks>
    [Fact]
    public async Task The_owner_sees_that_an_administrator_did_it_but_not_from_where()
    {
        var (_, http) = await app.QuickStaffAsync();
        var (user, _, userHttp) = await app.QuickSignUpAsync();
        await (await http.UpdateUserAsync(user.Id, new { subscription_tier = "pro" })).ShouldBeAsync(HttpStatusCode.OK);

        var events = (await (await userHttp.FetchAsync(Auth + "me/events")).JsonAsync(HttpStatusCode.OK)).GetProperty("items").EnumerateArray().ToList();

        var updated = Assert.Single(events, item => item.GetProperty("action").GetString() == "user.updated");
        Assert.Equal("administrator", updated.GetProperty("actor").GetString());
        Assert.Equal(JsonValueKind.Null, updated.GetProperty("ip").ValueKind);
        Assert.Equal(JsonValueKind.Null, updated.GetProperty("user_agent").ValueKind);
        Assert.Equal("pro", updated.GetProperty("details").GetProperty("after").GetProperty("subscription_tier").GetString());
        Assert.Contains(events, item => item.GetProperty("action").GetString() == "login.succeeded" && item.GetProperty("ip").GetString() == "127.0.0.1");
    }
}
