using System.Net;
using System.Net.Http.Json;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Mail;

/// <summary>The owner of an account is notified once of each security event.</summary>
/// <remarks>These are the events that an attacker would cause (OWASP ASVS 6.3.7).</remarks>
public sealed class NoticeTests(ClientAddressApp app) : IClassFixture<ClientAddressApp>
{
    private const string Auth = "/api/v1/auth/";
    private const string Firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";
    private const string NewerFirefox = "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0.1";
    private const string Safari = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1";
    private const string Home = "203.0.113.7";

    [Fact]
    public async Task The_first_login_and_another_one_from_the_same_device_send_no_notice()
    {
        var user = await app.RegisterAsync();
        await LogInAsync(user, Firefox, Home);
        await LogInAsync(user, Firefox, Home);

        Assert.Equal(0, await CountAsync(user, "new_sign_in"));
    }

    [Fact]
    public async Task A_newer_version_of_the_same_browser_is_the_same_device()
    {
        var user = await app.RegisterAsync();
        await LogInAsync(user, Firefox, Home);
        await LogInAsync(user, NewerFirefox, Home);

        Assert.Equal(0, await CountAsync(user, "new_sign_in"));
    }

    [Theory]
    [InlineData(Safari, Home, "Browser or app: Safari on iPhone\n")]
    [InlineData("", Home, "When: ")]
    [InlineData("Your account is locked, go to http://evil.example", Home, "Browser or app: an unknown app\n")]
    [InlineData(Firefox, "198.51.100.9", "Browser or app: Firefox on Linux\n")]
    [InlineData(Firefox, "2001:db8::1", "Browser or app: Firefox on Linux\n")]
    public async Task Another_program_or_address_is_reported_once_and_not_in_its_own_words(string agent, string address, string shown)
    {
        var user = await app.RegisterAsync();
        await LogInAsync(user, Firefox, Home);
        await LogInAsync(user, agent, address);
        await LogInAsync(user, agent, address);

        Assert.Equal(1, await CountAsync(user, "new_sign_in"));
        var text = (await app.Mailbox.ForAsync(user.Email, "new_sign_in"))[0].TextBody!.ReplaceLineEndings("\n");
        Assert.Contains($"IP address: {address}\n", text, StringComparison.Ordinal);
        Assert.Contains(shown, text, StringComparison.Ordinal);
        Assert.DoesNotContain("evil", text, StringComparison.Ordinal);
        Assert.Contains("When: ", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_IPv6_network_is_one_address()
    {
        var user = await app.RegisterAsync();
        await LogInAsync(user, Firefox, "2001:db8:1:2::1");
        await LogInAsync(user, Firefox, "2001:db8:1:2:ffff::9");
        Assert.Equal(0, await CountAsync(user, "new_sign_in"));

        await LogInAsync(user, Firefox, "2001:db8:1:3::1");
        Assert.Equal(1, await CountAsync(user, "new_sign_in"));
    }

    /// <remarks>A correct password without the second factor isn't a login yet.</remarks>
    [Fact]
    public async Task A_failed_login_sends_no_notice()
    {
        var user = await app.SignUpWithTwoFactorAsync();
        var http = Device(Safari, "198.51.100.77");
        await (await http.PostAsync(Auth + "login", new { email = user.User.Email, password = "not the password" })).ShouldBeAsync(HttpStatusCode.Unauthorized);
        await (await http.PostAsync(Auth + "login", new { email = user.User.Email, password = user.User.Password }))
            .ShouldBeProblemAsync(401, "two_factor_required");
        Assert.Equal(0, await CountAsync(user.User, "new_sign_in"));

        await (await http.PostAsync(Auth + "login", new { email = user.User.Email, password = user.User.Password, two_factor_code = app.Code(user.Secret) }))
            .ShouldBeAsync(HttpStatusCode.OK);
        Assert.Equal(1, await CountAsync(user.User, "new_sign_in"));
    }

    /// <remarks>The user agent comes from the caller, so it must not be rendered as HTML.</remarks>
    [Fact]
    public async Task A_user_agent_with_HTML_is_shown_as_text()
    {
        var user = await app.RegisterAsync();
        await LogInAsync(user, Firefox, Home);
        await LogInAsync(user, "<img src=x onerror=alert(1)> \"quoted\"", Home);

        Assert.Equal(1, await CountAsync(user, "new_sign_in"));
        Assert.DoesNotContain("<img", (await app.Mailbox.ForAsync(user.Email, "new_sign_in"))[0].HtmlBody!, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_password_change_sends_a_notice()
    {
        var (user, _, http) = await app.SignUpAsync();
        await ShouldNotifyAsync(user.Email, "password_changed", async () =>
            await (await http.PatchAsync(Auth + "me/password", new { current_password = user.Password, new_password = EmailSteps.NewPassword }))
                .ShouldBeAsync(HttpStatusCode.NoContent));
    }

    [Fact]
    public async Task A_password_reset_sends_a_notice()
    {
        var user = await app.RegisterAsync();
        var token = await app.ResetTokenAsync(user.Email);
        await ShouldNotifyAsync(user.Email, "password_changed", async () => await (await app.ResetAsync(token)).ShouldBeAsync(HttpStatusCode.NoContent));
    }

    /// <remarks>The old address is the one that certainly belongs to the owner (OWASP ASVS 7.5.1).</remarks>
    [Fact]
    public async Task An_email_change_is_reported_to_the_old_address_when_it_is_requested_and_when_it_is_done()
    {
        var (user, _, http) = await app.SignUpAsync();
        var newEmail = app.NewEmail();
        var token = "";
        await ShouldNotifyAsync(user.Email, "email_change_requested", async () => token = await app.EmailChangeTokenAsync(http, newEmail));
        await ShouldNotifyAsync(user.Email, "email_changed", async () => await (await app.ConfirmEmailAsync(token)).ShouldBeAsync(HttpStatusCode.NoContent));

        Assert.Single(await app.Mailbox.ForAsync(newEmail));
        await ShouldNotifyAsync(newEmail, "api_key_created", () => CortexApp.GenerateKeyAsync(http));
    }

    [Fact]
    public async Task Turning_the_second_factor_on_and_off_sends_notices()
    {
        var (user, _, http) = await app.SignUpAsync();
        var secret = (await (await http.PostAsync(Auth + "2fa/enable", new { })).JsonAsync(HttpStatusCode.OK)).GetProperty("secret").GetString()!;
        await ShouldNotifyAsync(
            user.Email, "two_factor_enabled",
            async () => await (await http.PostAsync(Auth + "2fa/verify", new { code = app.Code(secret) })).ShouldBeAsync(HttpStatusCode.OK));
        app.NextStep();
        await ShouldNotifyAsync(user.Email, "two_factor_disabled", async () =>
            await (await http.PostAsync(Auth + "2fa/disable", new { password = user.Password, code = app.Code(secret) }))
                .ShouldBeAsync(HttpStatusCode.NoContent));
    }

    [Fact]
    public async Task Using_and_renewing_recovery_codes_sends_notices()
    {
        var user = await app.SignUpWithTwoFactorAsync();
        await ShouldNotifyAsync(user.User.Email, "recovery_code_used", async () =>
            await (await app.SubmitRecoveryCodeAsync(await app.ChallengeAsync(user.User), user.RecoveryCodes[0])).ShouldBeAsync(HttpStatusCode.OK));
        await ShouldNotifyAsync(user.User.Email, "recovery_codes_renewed", async () =>
            await (await user.Http.PostAsync(Auth + "2fa/recovery-codes", new { code = app.Code(user.Secret) })).ShouldBeAsync(HttpStatusCode.OK));
    }

    /// <remarks>The owner gets one email, however many requests present the old token.</remarks>
    [Fact]
    public async Task A_reused_refresh_token_sends_one_notice()
    {
        var (user, tokens, _) = await app.SignUpAsync();
        await (await app.Anonymous().PostAsync(Auth + "refresh", new { refresh_token = tokens.RefreshToken })).ShouldBeAsync(HttpStatusCode.OK);
        app.Clock.Advance(TimeSpan.FromSeconds(11));

        await ShouldNotifyAsync(
            user.Email, "refresh_token_reused",
            () => Concurrently.StatusesAsync(8, _ => app.Anonymous().PostAsync(Auth + "refresh", new { refresh_token = tokens.RefreshToken })));
    }

    [Fact]
    public async Task Creating_or_rotating_a_key_sends_a_notice_without_its_name_or_text()
    {
        var (user, _, http) = await app.SignUpAsync();
        var (id, key) = (Guid.Empty, "");
        await ShouldNotifyAsync(user.Email, "api_key_created", async () =>
        {
            var made = await (await http.PostAsync(Auth + "api-keys/generate", new { name = "<b>my key</b>" })).JsonAsync(HttpStatusCode.Created);
            (id, key) = (made.GetProperty("id").GetGuid(), made.GetProperty("key").GetString()!);
        });
        var mail = (await app.Mailbox.ForAsync(user.Email, "api_key_created"))[0];
        Assert.DoesNotContain("my key", mail.TextBody + mail.HtmlBody, StringComparison.Ordinal);
        Assert.DoesNotContain(key, mail.TextBody + mail.HtmlBody, StringComparison.Ordinal);

        await ShouldNotifyAsync(
            user.Email, "api_key_created",
            async () => await (await http.PostAsync($"{Auth}api-keys/{id}/rotate", new { })).ShouldBeAsync(HttpStatusCode.Created));
    }

    /// <remarks>A user who registered another person's address must not be able to flood that mailbox.</remarks>
    [Fact]
    public async Task An_account_gets_at_most_ten_notices_of_one_kind_per_hour()
    {
        var (user, _, http) = await app.SignUpAsync();
        for (var i = 0; i < 12; i++)
        {
            await CortexApp.GenerateKeyAsync(http);
        }

        await app.Mailbox.WaitAsync(user.Email, "api_key_created", 10);
        await ShouldNotifyAsync(user.Email, "passkey_added", async () => await http.AddPasskeyAsync(new()));
        Assert.Equal(10, (await app.Mailbox.ForAsync(user.Email, "api_key_created")).Count);
    }

    [Fact]
    public async Task Deleting_an_account_sends_a_notice()
    {
        var (user, _, http) = await app.SignUpAsync();
        await ShouldNotifyAsync(user.Email, "account_deleted", async () =>
            await (await http.SendAsync(
                new(HttpMethod.Delete, Auth + "me") { Content = JsonContent.Create(new { password = user.Password }) }, TestContext.Current.CancellationToken))
                .ShouldBeAsync(HttpStatusCode.NoContent));
    }

    [Fact]
    public async Task A_refused_request_sends_no_notice()
    {
        var (user, _, http) = await app.SignUpAsync();
        await app.WaitForEmailsAsync();
        var before = (await app.Mailbox.ForAsync(user.Email)).Count;
        const string Wrong = "not the password";

        await (await http.PatchAsync(Auth + "me/password", new { current_password = Wrong, new_password = EmailSteps.NewPassword }))
            .ShouldBeAsync(HttpStatusCode.Unauthorized);
        await (await http.PostAsync(Auth + "change-email", new { new_email = app.NewEmail(), password = Wrong })).ShouldBeAsync(HttpStatusCode.Unauthorized);
        await (await http.PostAsync(Auth + "api-keys/generate", new { name = "" })).ShouldBeAsync(HttpStatusCode.BadRequest);
        await (await http.PostAsync(Auth + "2fa/verify", new { code = "000000" })).ShouldBeAsync(HttpStatusCode.Conflict);

        await app.WaitForEmailsAsync();
        Assert.Equal(before, (await app.Mailbox.ForAsync(user.Email)).Count);
    }

    /// <summary>Checks that an action sends exactly one email, of the given kind and without links.</summary>
    private async Task ShouldNotifyAsync(string email, string kind, Func<Task> action)
    {
        await app.WaitForEmailsAsync();
        var (all, ofKind) = ((await app.Mailbox.ForAsync(email)).Count, (await app.Mailbox.ForAsync(email, kind)).Count);

        await action();

        await app.WaitForEmailsAsync();
        var notices = await app.Mailbox.ForAsync(email, kind);
        Assert.Equal(ofKind + 1, notices.Count);
        Assert.Equal(all + 1, (await app.Mailbox.ForAsync(email)).Count);
        Assert.All(notices, notice =>
        {
            Assert.False(string.IsNullOrEmpty(notice.Subject));
            Assert.Contains("When: ", notice.TextBody, StringComparison.Ordinal);
            Assert.Contains("IP address: 127.0.0.1", notice.TextBody, StringComparison.Ordinal);
            Assert.DoesNotContain("http", notice.TextBody, StringComparison.OrdinalIgnoreCase);
        });
    }

    private async Task<int> CountAsync(TestUser user, string kind)
    {
        await app.WaitForEmailsAsync();
        return (await app.Mailbox.ForAsync(user.Email, kind)).Count;
    }

    private async Task LogInAsync(TestUser user, string agent, string address) =>
        await (await Device(agent, address).PostAsync(Auth + "login", new { email = user.Email, password = user.Password })).ShouldBeAsync(HttpStatusCode.OK);

    private HttpClient Device(string agent, string address)
    {
        var http = app.From(address);
        if (agent.Length > 0)
        {
            Assert.True(http.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", agent));
        }

        return http;
    }
}
