using Cortex.IdentityServer.Tests.Accounts;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Passkeys;

/// <summary>Passkeys where email addresses must be verified.</summary>
public sealed class PasskeyLoginWithVerificationTests(RegisterWithVerificationTests.VerifyingApp app)
    : IClassFixture<RegisterWithVerificationTests.VerifyingApp>
{
    /// <remarks>With <c>REQUIRE_VERIFIED_EMAIL</c>, no way of logging in bypasses the verification.</remarks>
    [Fact]
    public async Task A_passkey_does_not_replace_email_verification()
    {
        var email = app.NewEmail();
        await app.Anonymous().PostAsync("/api/v1/auth/register", new { email, password = TestUser.DefaultPassword });
        await app.SqlAsync("UPDATE users SET is_verified = true WHERE email = $1", email);
        var key = new SoftAuthenticator();
        await app.WithToken((await app.LogInAsync(new(Guid.Empty, email, TestUser.DefaultPassword))).AccessToken).AddPasskeyAsync(key);
        await app.SqlAsync("UPDATE users SET is_verified = false WHERE email = $1", email);

        await (await app.LogInWithPasskeyAsync(key)).ShouldBeProblemAsync(403, "email_not_verified");
    }
}
