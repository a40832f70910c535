using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Accounts;

/// <remarks>A link verifies one mailbox, once, and for a limited time.</remarks>
public sealed class VerifyEmailTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Auth = "/api/v1/auth/";

    [Fact]
    public async Task The_link_in_the_registration_email_verifies_the_email()
    {
        var (user, _, http) = await app.SignUpAsync();
        Assert.False(await IsVerifiedAsync(http));

        var answer = await app.VerifyEmailAsync(await app.VerificationTokenAsync(user.Email));

        await answer.ShouldBeAsync(HttpStatusCode.NoContent);
        Assert.True(await IsVerifiedAsync(http));
    }

    /// <remarks>A link only verifies a mailbox. A session would bypass the second factor (OWASP ASVS 6.4.3).</remarks>
    [Fact]
    public async Task Verification_does_not_log_the_user_in()
    {
        var user = await app.RegisterAsync();

        var answer = await app.VerifyEmailAsync(await app.VerificationTokenAsync(user.Email));

        await answer.ShouldBeAsync(HttpStatusCode.NoContent);
        Assert.Equal("", await answer.TextAsync());
        Assert.False(answer.Headers.Contains("Set-Cookie"));
        Assert.Equal(0L, await app.SqlAsync("SELECT count(*) FROM sessions WHERE user_id = $1", user.Id));
    }

    [Fact]
    public async Task A_link_works_once()
    {
        var token = await app.VerificationTokenAsync((await app.RegisterAsync()).Email);
        await (await app.VerifyEmailAsync(token)).ShouldBeAsync(HttpStatusCode.NoContent);

        await (await app.VerifyEmailAsync(token)).ShouldBeProblemAsync(400, "invalid_verification_token");
    }

    [Fact]
    public async Task A_newer_link_invalidates_the_older_one()
    {
        var (user, _, http) = await app.SignUpAsync();
        var older = await app.VerificationTokenAsync(user.Email);
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        await (await app.Anonymous().PostAsync(Auth + "verify-email/resend", new { email = user.Email })).ShouldBeAsync(HttpStatusCode.Accepted);
        var newer = await app.VerificationTokenAsync(user.Email);

        Assert.NotEqual(older, newer);
        await (await app.VerifyEmailAsync(older)).ShouldBeProblemAsync(400, "invalid_verification_token");
        Assert.False(await IsVerifiedAsync(http));
        await (await app.VerifyEmailAsync(newer)).ShouldBeAsync(HttpStatusCode.NoContent);
    }

    [Theory]
    [InlineData(-1, HttpStatusCode.NoContent)]
    [InlineData(0, HttpStatusCode.BadRequest)]
    public async Task A_link_is_valid_for_24_hours(int seconds, HttpStatusCode expected)
    {
        var token = await app.VerificationTokenAsync((await app.RegisterAsync()).Email);

        app.Clock.Advance(TimeSpan.FromHours(24) + TimeSpan.FromSeconds(seconds));

        await (await app.VerifyEmailAsync(token)).ShouldBeAsync(expected);
    }

    /// <remarks>Access to the old mailbox doesn't prove access to the new one.</remarks>
    [Fact]
    public async Task A_link_for_an_address_that_has_been_changed_is_invalid()
    {
        var (user, _, http) = await app.SignUpAsync();
        var token = await app.VerificationTokenAsync(user.Email);
        await (await app.ConfirmEmailAsync(await app.EmailChangeTokenAsync(http, app.NewEmail()))).ShouldBeAsync(HttpStatusCode.NoContent);
        await app.SqlAsync("UPDATE users SET is_verified = false WHERE id = $1", user.Id);

        await (await app.VerifyEmailAsync(token)).ShouldBeProblemAsync(400, "invalid_verification_token");
        Assert.False(await IsVerifiedAsync(http));
    }

    /// <remarks>The ownership of a mailbox doesn't depend on the password.</remarks>
    [Fact]
    public async Task A_password_change_does_not_invalidate_the_link()
    {
        var (user, _, http) = await app.SignUpAsync();
        var token = await app.VerificationTokenAsync(user.Email);
        await (await http.PatchAsync(Auth + "me/password", new { current_password = user.Password, new_password = EmailSteps.NewPassword }))
            .ShouldBeAsync(HttpStatusCode.NoContent);

        await (await app.VerifyEmailAsync(token)).ShouldBeAsync(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task A_disabled_account_is_not_verified()
    {
        var user = await app.RegisterAsync();
        var token = await app.VerificationTokenAsync(user.Email);
        await app.SqlAsync("UPDATE users SET is_active = false WHERE id = $1", user.Id);

        await (await app.VerifyEmailAsync(token)).ShouldBeProblemAsync(400, "invalid_verification_token");

        Assert.Equal(false, await app.SqlAsync("SELECT is_verified FROM users WHERE id = $1", user.Id));
    }

    private static async Task<bool> IsVerifiedAsync(HttpClient http) =>
        (await (await http.FetchAsync(Auth + "me")).JsonAsync(HttpStatusCode.OK)).GetProperty("is_verified").GetBoolean();
}
