using System.Net;
using System.Net.Http.Json;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Mail;

/// <summary>Whoever owns an account hears of what happens to it, once.</summary>
/// <remarks>The owner hears of what a thief would change (OWASP ASVS 6.3.7).</remarks>
public sealed class NoticeTests(ClientAddressApp app) : IClassFixture<ClientAddressApp>
{
    private const string Auth = "/api/v1/auth/";
    private const string Firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";
    private const string NewerFirefox = "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0.1";
    private const string Safari = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1";
    private const string Home = "203.0.113.7";

    [Fact]
    public async Task The_first_login_and_the_same_device_again_are_no_news()
    {
        var user = await app.RegisterAsync();
        await SignInAsync(user, Firefox, Home);
        await SignInAsync(user, Firefox, Home);

        Assert.Equal(0, await CountAsync(user, "new_sign_in"));
    }

    [Fact]
    public async Task A_newer_version_of_the_same_browser_is_no_other_device()
    {
        var user = await app.RegisterAsync();
        await SignInAsync(user, Firefox, Home);
        await SignInAsync(user, NewerFirefox, Home);

        Assert.Equal(0, await CountAsync(user, "new_sign_in"));
    }

    [Theory]
    [InlineData(Safari, Home, "Browser or app: Safari on iPhone\n")]
    [InlineData("", Home, "When: ")]
    [InlineData("Your account is locked, go to http://evil.example", Home, "Browser or app: an unknown app\n")]
    [InlineData(Firefox, "198.51.100.9", "Browser or app: Firefox on Linux\n")]
    [InlineData(Firefox, "2001:db8::1", "Browser or app: Firefox on Linux\n")]
    public async Task Another_program_or_another_address_is_told_of_once_and_not_in_its_own_words(string agent, string address, string shown)
    {
        var user = await app.RegisterAsync();
        await SignInAsync(user, Firefox, Home);
        await SignInAsync(user, agent, address);
        await SignInAsync(user, agent, address);

        Assert.Equal(1, await CountAsync(user, "new_sign_in"));
        var text = (await app.Mailbox.ForAsync(user.Email, "new_sign_in"))[0].TextBody!.ReplaceLineEndings("\n");
        Assert.Contains($"IP address: {address}\n", text, StringComparison.Ordinal);
        Assert.Contains(shown, text, StringComparison.Ordinal);
        Assert.DoesNotContain("evil", text, StringComparison.Ordinal);
        Assert.Contains("When: ", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_household_with_IPv6_is_one_address()
    {
        var user = await app.RegisterAsync();
        await SignInAsync(user, Firefox, "2001:db8:1:2::1");
        await SignInAsync(user, Firefox, "2001:db8:1:2:ffff::9");
        Assert.Equal(0, await CountAsync(user, "new_sign_in"));

        await SignInAsync(user, Firefox, "2001:db8:1:3::1");
        Assert.Equal(1, await CountAsync(user, "new_sign_in"));
    }

    /// <remarks>A right password is not a login yet.</remarks>
    [Fact]
    public async Task A_login_that_fails_is_not_told_as_one()
    {
        var user = await app.WithTwoFactorAsync();
        var http = Device(Safari, "198.51.100.77");
        await (await http.PostAsync(Auth + "login", new { email = user.User.Email, password = "not the password" })).ShouldBeAsync(HttpStatusCode.Unauthorized);
        await (await http.PostAsync(Auth + "login", new { email = user.User.Email, password = user.User.Password }))
            .ShouldBeProblemAsync(401, "two_factor_required");
        Assert.Equal(0, await CountAsync(user.User, "new_sign_in"));

        await (await http.PostAsync(Auth + "login", new { email = user.User.Email, password = user.User.Password, two_factor_code = app.Code(user.Secret) }))
            .ShouldBeAsync(HttpStatusCode.OK);
        Assert.Equal(1, await CountAsync(user.User, "new_sign_in"));
    }

    /// <remarks>What a stranger's program calls itself is text in the mail and no HTML.</remarks>
    [Fact]
    public async Task A_program_with_a_wicked_name_is_shown_as_text()
    {
        var user = await app.RegisterAsync();
        await SignInAsync(user, Firefox, Home);
        await SignInAsync(user, "<img src=x onerror=alert(1)> \"quoted\"", Home);

        Assert.Equal(1, await CountAsync(user, "new_sign_in"));
        Assert.DoesNotContain("<img", (await app.Mailbox.ForAsync(user.Email, "new_sign_in"))[0].HtmlBody!, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_changed_password_is_told()
    {
        var (user, _, http) = await app.SignedInAsync();
        await ShouldNotifyAsync(user.Email, "password_changed", async () =>
            await (await http.PatchAsync(Auth + "me/password", new { current_password = user.Password, new_password = EmailSteps.NewPassword }))
                .ShouldBeAsync(HttpStatusCode.NoContent));
    }

    [Fact]
    public async Task A_password_that_was_reset_is_told()
    {
        var user = await app.RegisterAsync();
        var token = await app.ResetTokenAsync(user.Email);
        await ShouldNotifyAsync(user.Email, "password_changed", async () => await (await app.ResetAsync(token)).ShouldBeAsync(HttpStatusCode.NoContent));
    }

    /// <remarks>The old address is the one that the owner surely has (OWASP ASVS 7.5.1).</remarks>
    [Fact]
    public async Task A_change_of_the_email_is_told_to_the_old_address_when_asked_for_and_when_done()
    {
        var (user, _, http) = await app.SignedInAsync();
        var wanted = app.NewEmail();
        var token = "";
        await ShouldNotifyAsync(user.Email, "email_change_requested", async () => token = await app.EmailChangeTokenAsync(http, wanted));
        await ShouldNotifyAsync(user.Email, "email_changed", async () => await (await app.ConfirmEmailAsync(token)).ShouldBeAsync(HttpStatusCode.NoContent));

        Assert.Single(await app.Mailbox.ForAsync(wanted));
        await ShouldNotifyAsync(wanted, "api_key_created", () => CortexApp.GenerateKeyAsync(http));
    }

    [Fact]
    public async Task A_second_factor_that_goes_on_and_off_is_told()
    {
        var (user, _, http) = await app.SignedInAsync();
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
    public async Task Recovery_codes_that_are_renewed_and_one_that_is_used_are_told()
    {
        var user = await app.WithTwoFactorAsync();
        await ShouldNotifyAsync(user.User.Email, "recovery_code_used", async () =>
            await (await app.SubmitRecoveryCodeAsync(await app.ChallengeAsync(user.User), user.RecoveryCodes[0])).ShouldBeAsync(HttpStatusCode.OK));
        await ShouldNotifyAsync(user.User.Email, "recovery_codes_renewed", async () =>
            await (await user.Http.PostAsync(Auth + "2fa/recovery-codes", new { code = app.Code(user.Secret) })).ShouldBeAsync(HttpStatusCode.OK));
    }

    /// <remarks>One mail, however many requests come with the old token.</remarks>
    [Fact]
    public async Task A_refresh_token_that_came_twice_is_told_once()
    {
        var (user, tokens, _) = await app.SignedInAsync();
        await (await app.Anonymous().PostAsync(Auth + "refresh", new { refresh_token = tokens.RefreshToken })).ShouldBeAsync(HttpStatusCode.OK);
        app.Clock.Advance(TimeSpan.FromSeconds(11));

        await ShouldNotifyAsync(
            user.Email, "refresh_token_reused",
            () => AtOnce.StatusesAsync(8, _ => app.Anonymous().PostAsync(Auth + "refresh", new { refresh_token = tokens.RefreshToken })));
    }

    [Fact]
    public async Task A_key_that_is_made_or_replaced_is_told_without_its_name_and_the_key()
    {
        var (user, _, http) = await app.SignedInAsync();
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

    /// <remarks>Whoever has an account with somebody else's address must not flood that mailbox.</remarks>
    [Fact]
    public async Task Of_one_kind_an_account_gets_ten_notices_an_hour()
    {
        var (user, _, http) = await app.SignedInAsync();
        for (var i = 0; i < 12; i++)
        {
            await CortexApp.GenerateKeyAsync(http);
        }

        await app.Mailbox.WaitAsync(user.Email, "api_key_created", 10);
        await ShouldNotifyAsync(user.Email, "passkey_added", async () => await http.AddPasskeyAsync(new()));
        Assert.Equal(10, (await app.Mailbox.ForAsync(user.Email, "api_key_created")).Count);
    }

    [Fact]
    public async Task An_account_that_is_deleted_is_told()
    {
        var (user, _, http) = await app.SignedInAsync();
        await ShouldNotifyAsync(user.Email, "account_deleted", async () =>
            await (await http.SendAsync(
                new(HttpMethod.Delete, Auth + "me") { Content = JsonContent.Create(new { password = user.Password }) }, TestContext.Current.CancellationToken))
                .ShouldBeAsync(HttpStatusCode.NoContent));
    }

    [Fact]
    public async Task What_is_refused_is_told_to_nobody()
    {
        var (user, _, http) = await app.SignedInAsync();
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

    /// <summary>One mail, of this kind, about this; with no link that could be a trap.</summary>
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

    private async Task SignInAsync(TestUser user, string agent, string address) =>
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
