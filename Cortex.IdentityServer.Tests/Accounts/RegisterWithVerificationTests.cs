using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Accounts;

public sealed class RegisterWithVerificationTests(RegisterWithVerificationTests.VerifyingApp app) : IClassFixture<RegisterWithVerificationTests.VerifyingApp>
{
    private const string Register = "/api/v1/auth/register";
    private const string LogIn = "/api/v1/auth/login";
    private const string Password = TestUser.DefaultPassword;

    /// <remarks>The response must not reveal who is registered (OWASP ASVS 6.3.8).</remarks>
    [Fact]
    public async Task The_response_does_not_reveal_whether_the_email_is_taken()
    {
        var email = app.NewEmail();

        var first = await app.Anonymous().PostAsync(Register, new { email, password = Password });
        var second = await app.Anonymous().PostAsync(Register, new { email, password = "the password of another user" });

        await first.ShouldBeAsync(HttpStatusCode.Accepted);
        await second.ShouldBeAsync(HttpStatusCode.Accepted);
        Assert.Equal(
            await first.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            await second.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(HeaderNames(first), HeaderNames(second));
        Assert.Equal(1L, await app.SqlAsync("SELECT count(*) FROM users WHERE email = $1", email));
    }

    [Fact]
    public async Task A_second_registration_does_not_change_the_password()
    {
        var email = app.NewEmail();
        await app.Anonymous().PostAsync(Register, new { email, password = Password });
        await app.Anonymous().PostAsync(Register, new { email, password = "the password of another user" });

        await (await app.Anonymous().PostAsync(LogIn, new { email, password = "the password of another user" }))
            .ShouldBeProblemAsync(401, "invalid_credentials");
        await (await app.Anonymous().PostAsync(LogIn, new { email, password = Password })).ShouldBeProblemAsync(403, "email_not_verified");
    }

    [Fact]
    public async Task A_weak_password_is_refused_for_a_taken_email_as_for_a_new_one()
    {
        var email = app.NewEmail();
        await app.Anonymous().PostAsync(Register, new { email, password = Password });

        await (await app.Anonymous().PostAsync(Register, new { email, password = "password" })).ShouldBeProblemAsync(400, "weak_password");
        await (await app.Anonymous().PostAsync(Register, new { email = app.NewEmail(), password = "password" })).ShouldBeProblemAsync(400, "weak_password");
    }

    [Fact]
    public async Task Login_is_refused_until_the_email_is_verified()
    {
        var email = app.NewEmail();
        await app.Anonymous().PostAsync(Register, new { email, password = Password });

        await (await app.Anonymous().PostAsync(LogIn, new { email, password = Password })).ShouldBeProblemAsync(403, "email_not_verified");
        await app.SqlAsync("UPDATE users SET is_verified = true WHERE email = $1", email);
        await (await app.Anonymous().PostAsync(LogIn, new { email, password = Password })).ShouldBeAsync(HttpStatusCode.OK);
    }

    /// <remarks>Only a caller who knows the password learns that the account exists.</remarks>
    [Fact]
    public async Task A_wrong_password_does_not_reveal_that_the_email_is_unverified()
    {
        var email = app.NewEmail();
        await app.Anonymous().PostAsync(Register, new { email, password = Password });

        await (await app.Anonymous().PostAsync(LogIn, new { email, password = "not the password" })).ShouldBeProblemAsync(401, "invalid_credentials");
    }

    /// <remarks>The owner learns of the registration and can use the link to regain access.</remarks>
    [Fact]
    public async Task The_owner_of_a_taken_address_gets_an_email_with_a_link_to_set_a_password()
    {
        var email = app.NewEmail();
        await app.Anonymous().PostAsync(Register, new { email, password = Password });
        await (await app.VerifyEmailAsync(await app.VerificationTokenAsync(email))).ShouldBeAsync(HttpStatusCode.NoContent);

        await (await app.Anonymous().PostAsync(Register, new { email = email.ToUpperInvariant(), password = "the password of another user" }))
            .ShouldBeAsync(HttpStatusCode.Accepted);

        var token = await app.NewestTokenAsync(email, "already_registered");
        Assert.Single(await app.Mailbox.ForAsync(email, "verify_email"));
        Assert.Equal(HttpStatusCode.OK, await app.TryLogInAsync(email, Password));
        await (await app.ResetAsync(token)).ShouldBeAsync(HttpStatusCode.NoContent);
        Assert.Equal(HttpStatusCode.OK, await app.TryLogInAsync(email, EmailSteps.NewPassword));
    }

    [Fact]
    public async Task A_new_account_gets_a_link_and_can_log_in_after_using_it()
    {
        var email = app.NewEmail();
        await (await app.Anonymous().PostAsync(Register, new { email, password = Password })).ShouldBeAsync(HttpStatusCode.Accepted);

        var token = await app.VerificationTokenAsync(email);

        Assert.Single(await app.Mailbox.ForAsync(email));
        await (await app.VerifyEmailAsync(token)).ShouldBeAsync(HttpStatusCode.NoContent);
        Assert.Equal(HttpStatusCode.OK, await app.TryLogInAsync(email, Password));
    }

    /// <remarks>The owner of the mailbox takes over the account from whoever registered the address first.</remarks>
    [Fact]
    public async Task The_owner_of_a_squatted_address_registers_and_gets_the_account()
    {
        var email = app.NewEmail();
        await app.Anonymous().PostAsync(Register, new { email, password = "the password of a squatter" });
        await app.WaitForEmailsAsync();

        await app.Anonymous().PostAsync(Register, new { email, password = Password });
        await (await app.ResetAsync(await app.NewestTokenAsync(email, "already_registered"))).ShouldBeAsync(HttpStatusCode.NoContent);

        Assert.Equal(HttpStatusCode.Unauthorized, await app.TryLogInAsync(email, "the password of a squatter"));
        Assert.Equal(HttpStatusCode.OK, await app.TryLogInAsync(email, EmailSteps.NewPassword));
    }

    /// <remarks>Registrations must not flood another person's mailbox.</remarks>
    [Fact]
    public async Task Many_registrations_of_one_address_send_at_most_five_emails()
    {
        var email = app.NewEmail();
        await app.Anonymous().PostAsync(Register, new { email, password = Password });
        for (var i = 0; i < 8; i++)
        {
            app.Clock.Advance(TimeSpan.FromSeconds(1));
            await (await app.Anonymous().PostAsync(Register, new { email, password = Password })).ShouldBeAsync(HttpStatusCode.Accepted);
            await app.WaitForEmailsAsync();
        }

        Assert.Equal(5, (await app.Mailbox.ForAsync(email, "already_registered")).Count);
    }

    private static string[] HeaderNames(HttpResponseMessage response) =>
        [.. response.Headers.Concat(response.Content.Headers).Select(header => header.Key).Order()];

    /// <summary>A server with REQUIRE_VERIFIED_EMAIL=true.</summary>
    public sealed class VerifyingApp(PostgresCluster cluster) : CortexApp(cluster)
    {
        protected override IEnumerable<(string Name, string Value)> Settings => [("REQUIRE_VERIFIED_EMAIL", "true")];
    }
}
