using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Accounts;

/// <remarks>
/// A stolen session must not be enough to take over an account: a change requires the password, the new address is verified, and the old address is notified
/// (OWASP ASVS 7.5.1).
/// </remarks>
public sealed class ChangeEmailTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Auth = "/api/v1/auth/";
    private const string Route = Auth + "change-email";

    /// <remarks>An owner who didn't request the change learns of it while the account still has the old address.</remarks>
    [Fact]
    public async Task The_old_address_stays_until_the_new_one_is_verified_and_is_notified_of_both_steps()
    {
        var (user, _, http) = await app.SignUpAsync();
        var newEmail = app.NewEmail();

        var token = await app.EmailChangeTokenAsync(http, newEmail);

        Assert.Equal(user.Email, await EmailAsync(http));
        Assert.Equal(HttpStatusCode.OK, await app.TryLogInAsync(user.Email, user.Password));
        Assert.Single(await app.Mailbox.ForAsync(user.Email, "email_change_requested"));

        await (await app.ConfirmEmailAsync(token)).ShouldBeAsync(HttpStatusCode.NoContent);

        var me = await (await http.FetchAsync(Auth + "me")).JsonAsync(HttpStatusCode.OK);
        Assert.Equal(newEmail, me.GetProperty("email").GetString());
        Assert.True(me.GetProperty("is_verified").GetBoolean());
        Assert.Equal(HttpStatusCode.OK, await app.TryLogInAsync(newEmail, user.Password));
        Assert.Equal(HttpStatusCode.Unauthorized, await app.TryLogInAsync(user.Email, user.Password));
        await app.WaitForEmailsAsync();
        Assert.Single(await app.Mailbox.ForAsync(user.Email, "email_changed"));
        Assert.Single(await app.Mailbox.ForAsync(newEmail, "confirm_new_email"));
    }

    /// <remarks>The notices to the old address don't reveal the new one.</remarks>
    [Fact]
    public async Task The_notices_do_not_name_the_new_address()
    {
        var (user, _, http) = await app.SignUpAsync();
        var newEmail = app.NewEmail();
        await (await app.ConfirmEmailAsync(await app.EmailChangeTokenAsync(http, newEmail))).ShouldBeAsync(HttpStatusCode.NoContent);
        await app.WaitForEmailsAsync();

        Assert.All(
            await app.Mailbox.ForAsync(user.Email, "email_change"),
            notice => Assert.DoesNotContain(newEmail, notice.TextBody + notice.HtmlBody, StringComparison.OrdinalIgnoreCase));
    }

    /// <remarks>Sessions that an attacker may hold don't survive the change (OWASP ASVS 7.4.3).</remarks>
    [Fact]
    public async Task Other_sessions_end_and_the_requesting_session_stays()
    {
        var (user, tokens, http) = await app.SignUpAsync();
        var other = await app.LogInAsync(user);

        await (await app.ConfirmEmailAsync(await app.EmailChangeTokenAsync(http, app.NewEmail()))).ShouldBeAsync(HttpStatusCode.NoContent);

        await (await http.FetchAsync(Auth + "me")).ShouldBeAsync(HttpStatusCode.OK);
        await (await app.Anonymous().PostAsync(Auth + "refresh", new { refresh_token = tokens.RefreshToken })).ShouldBeAsync(HttpStatusCode.OK);
        await (await app.WithToken(other.AccessToken).FetchAsync(Auth + "me")).ShouldBeProblemAsync(401, "session_revoked");
        await (await app.Anonymous().PostAsync(Auth + "refresh", new { refresh_token = other.RefreshToken }))
            .ShouldBeProblemAsync(401, "invalid_refresh_token");
    }

    [Fact]
    public async Task A_wrong_password_sends_no_email()
    {
        var (user, _, http) = await app.SignUpAsync();
        var newEmail = app.NewEmail();

        await (await http.PostAsync(Route, new { new_email = newEmail, password = "not the password" })).ShouldBeProblemAsync(401, "invalid_credentials");

        await app.WaitForEmailsAsync();
        Assert.Empty(await app.Mailbox.ForAsync(newEmail));
        Assert.Empty(await app.Mailbox.ForAsync(user.Email, "email_change"));
    }

    [Theory]
    [InlineData("{}", "new_email", "password")]
    [InlineData("""{"new_email":"a@b.example"}""", "password")]
    [InlineData("""{"password":"x"}""", "new_email")]
    [InlineData("""{"new_email":"no address","password":"x"}""", "new_email")]
    [InlineData("""{"new_email":"a＠b.example","password":"x"}""", "new_email")]
    public async Task A_missing_field_or_an_invalid_address_is_named(string body, params string[] fields)
    {
        var (_, _, http) = await app.SignUpAsync();

        var problem = await (await http.PostTextAsync(Route, body)).ShouldBeProblemAsync(400, "validation_failed");

        Assert.Equal(fields, problem.GetProperty("errors").EnumerateObject().Select(field => field.Name).Order());
    }

    [Fact]
    public async Task The_same_address_is_rejected_but_a_change_of_case_is_accepted()
    {
        var (user, _, http) = await app.SignUpAsync();
        await (await http.PostAsync(Route, new { new_email = user.Email, password = user.Password })).ShouldBeProblemAsync(400, "validation_failed");

        var upper = "U" + user.Email[1..];
        await (await app.ConfirmEmailAsync(await app.EmailChangeTokenAsync(http, upper))).ShouldBeAsync(HttpStatusCode.NoContent);

        Assert.Equal(upper, await EmailAsync(http));
    }

    [Fact]
    public async Task An_API_key_or_an_anonymous_caller_cannot_request_a_change()
    {
        var (user, _, http) = await app.SignUpAsync();
        var (_, key) = await CortexApp.GenerateKeyAsync(http);
        var body = new { new_email = app.NewEmail(), password = user.Password };

        await (await app.WithKey(key).PostAsync(Route, body)).ShouldBeProblemAsync(403, "forbidden");
        await (await app.Anonymous().PostAsync(Route, body)).ShouldBeProblemAsync(401, "unauthenticated");
    }

    /// <remarks>Only a user who has access to the mailbox learns that the address already has an account.</remarks>
    [Fact]
    public async Task A_taken_address_is_revealed_only_to_its_owner_and_changes_nothing()
    {
        var owner = await app.RegisterAsync();
        var (user, _, http) = await app.SignUpAsync();
        var free = await http.PostAsync(Route, new { new_email = app.NewEmail(), password = user.Password });
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        var taken = await http.PostAsync(Route, new { new_email = owner.Email.ToUpperInvariant(), password = user.Password });
        Assert.Equal((free.StatusCode, await free.TextAsync()), (taken.StatusCode, await taken.TextAsync()));

        await (await app.ConfirmEmailAsync(await app.NewestTokenAsync(owner.Email, "confirm_new_email"))).ShouldBeProblemAsync(409, "email_taken");

        Assert.Equal(user.Email, await EmailAsync(http));
        Assert.Equal(HttpStatusCode.OK, await app.TryLogInAsync(owner.Email, owner.Password));
        await app.WaitForEmailsAsync();
        Assert.Empty(await app.Mailbox.ForAsync(user.Email, "email_changed"));
    }

    [Fact]
    public async Task A_link_works_once_and_a_newer_one_invalidates_it()
    {
        var (_, _, http) = await app.SignUpAsync();
        var (first, second) = (app.NewEmail(), app.NewEmail());
        var older = await app.EmailChangeTokenAsync(http, first);
        var newer = await app.EmailChangeTokenAsync(http, second);

        await (await app.ConfirmEmailAsync(older)).ShouldBeProblemAsync(400, "invalid_verification_token");
        await (await app.ConfirmEmailAsync(newer)).ShouldBeAsync(HttpStatusCode.NoContent);
        await (await app.ConfirmEmailAsync(newer)).ShouldBeProblemAsync(400, "invalid_verification_token");

        Assert.Equal(second, await EmailAsync(http));
    }

    /// <remarks>An owner who sees the notice can stop the change by changing the password.</remarks>
    [Fact]
    public async Task A_password_change_invalidates_the_link()
    {
        var (user, _, http) = await app.SignUpAsync();
        var token = await app.EmailChangeTokenAsync(http, app.NewEmail());
        await (await http.PatchAsync(Auth + "me/password", new { current_password = user.Password, new_password = EmailSteps.NewPassword }))
            .ShouldBeAsync(HttpStatusCode.NoContent);

        await (await app.ConfirmEmailAsync(token)).ShouldBeProblemAsync(400, "invalid_verification_token");

        Assert.Equal(user.Email, await EmailAsync(http));
    }

    [Fact]
    public async Task A_disabled_account_keeps_its_address()
    {
        var (user, _, http) = await app.SignUpAsync();
        var token = await app.EmailChangeTokenAsync(http, app.NewEmail());
        await app.SqlAsync("UPDATE users SET is_active = false WHERE id = $1", user.Id);

        await (await app.ConfirmEmailAsync(token)).ShouldBeProblemAsync(400, "invalid_verification_token");

        Assert.Equal(user.Email, await app.SqlAsync("SELECT email FROM users WHERE id = $1", user.Id));
    }

    /// <remarks>A link that stays valid in a mailbox for long is a risk to its owner (OWASP ASVS 6.5.5).</remarks>
    [Theory]
    [InlineData(-1, HttpStatusCode.NoContent)]
    [InlineData(0, HttpStatusCode.BadRequest)]
    public async Task A_link_is_valid_for_one_hour(int seconds, HttpStatusCode expected)
    {
        var (_, _, http) = await app.SignUpAsync();
        var token = await app.EmailChangeTokenAsync(http, app.NewEmail());

        app.Clock.Advance(TimeSpan.FromHours(1) + TimeSpan.FromSeconds(seconds));

        await (await app.ConfirmEmailAsync(token)).ShouldBeAsync(expected);
    }

    /// <remarks>Without a limit, any user could make the server flood strangers with emails.</remarks>
    [Fact]
    public async Task After_five_requests_within_an_hour_the_next_is_refused()
    {
        var (user, _, http) = await app.SignUpAsync();
        for (var i = 0; i < 5; i++)
        {
            await (await http.PostAsync(Route, new { new_email = app.NewEmail(), password = user.Password })).ShouldBeAsync(HttpStatusCode.Accepted);
        }

        var sixth = app.NewEmail();
        var answer = await http.PostAsync(Route, new { new_email = sixth, password = user.Password });

        await answer.ShouldBeProblemAsync(429, "rate_limited");
        Assert.NotNull(answer.Headers.RetryAfter);
        await app.WaitForEmailsAsync();
        Assert.Empty(await app.Mailbox.ForAsync(sixth));
    }

    /// <remarks>CVE-2026-27946: in another product, a field of the profile verified the address.</remarks>
    [Theory]
    [InlineData("PATCH", Auth + "me", """{"is_verified":true}""")]
    [InlineData("PUT", Auth + "me", """{"is_verified":true}""")]
    [InlineData("POST", Auth + "me", """{"email":"other@example.com"}""")]
    [InlineData(
        "PATCH", Auth + "me/password",
        """{"current_password":"correct horse battery staple","new_password":"a new horse, a new battery","is_verified":true}""")]
    [InlineData("POST", Route, """{"new_email":"other@example.com","password":"correct horse battery staple","is_verified":true}""")]
    public async Task No_request_field_verifies_or_changes_the_email(string method, string path, string body)
    {
        var (user, _, http) = await app.SignUpAsync();
        using var request = new HttpRequestMessage(new(method), path) { Content = new StringContent(body, null, "application/json") };

        var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.InRange((int)answer.StatusCode, 400, 405);
        var me = await (await http.FetchAsync(Auth + "me")).JsonAsync(HttpStatusCode.OK);
        Assert.False(me.GetProperty("is_verified").GetBoolean());
        Assert.Equal(user.Email, me.GetProperty("email").GetString());
    }

    private static async Task<string?> EmailAsync(HttpClient http) =>
        (await (await http.FetchAsync(Auth + "me")).JsonAsync(HttpStatusCode.OK)).GetProperty("email").GetString();
}
