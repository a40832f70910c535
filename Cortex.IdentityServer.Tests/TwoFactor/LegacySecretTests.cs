using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.TwoFactor;

/// <summary>Secrets that the Python server left in plain text in users.two_factor_secret.</summary>
public sealed class LegacySecretTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Secret = PythonHashes.PyotpSecret;

    [Fact]
    public async Task A_plain_secret_works_and_is_encrypted_after_its_first_use()
    {
        var user = await WithSecretAsync(Secret);
        await (await app.SubmitCodeAsync(await app.ChallengeAsync(user), app.WrongCode(Secret))).ShouldBeProblemAsync(401, "invalid_two_factor_code");
        Assert.Equal(Secret, await StoredAsync(user));

        await (await app.SubmitCodeAsync(await app.ChallengeAsync(user), app.Code(Secret))).ShouldBeAsync(HttpStatusCode.OK);

        Assert.DoesNotContain(Secret, await StoredAsync(user), StringComparison.OrdinalIgnoreCase);
        app.NextStep();
        await (await app.SubmitCodeAsync(await app.ChallengeAsync(user), app.Code(Secret))).ShouldBeAsync(HttpStatusCode.OK);
    }

    /// <remarks>The default length of pyotp is 32 characters; it used to be 16.</remarks>
    [Theory]
    [InlineData("JBSWY3DPEHPK3PXP", "JBSWY3DPEHPK3PXP")]
    [InlineData("jbswy3dpehpk3pxpjbswy3dpehpk3pxp", Secret)]
    [InlineData("JBSWY3DPEE======", "JBSWY3DPEE")]
    public async Task Its_spelling_may_differ(string stored, string secret)
    {
        var user = await WithSecretAsync(stored);

        await (await app.SubmitCodeAsync(await app.ChallengeAsync(user), app.Code(secret))).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("")]
    [InlineData("not base32: 0189!")]
    [InlineData("enc:v1:")]
    [InlineData(PythonHashes.EncryptedColumn)]
    public async Task A_secret_that_cannot_be_read_lets_nobody_in(string stored)
    {
        var user = await WithSecretAsync(stored);

        await (await app.SubmitCodeAsync(await app.ChallengeAsync(user), "000000")).ShouldBeProblemAsync(401, "invalid_two_factor_code");
    }

    [Fact]
    public async Task No_secret_at_all_lets_nobody_in()
    {
        var user = await app.RegisterAsync();
        await app.SqlAsync("UPDATE users SET two_factor_enabled = true WHERE id = $1", user.Id);

        await (await app.SubmitCodeAsync(await app.ChallengeAsync(user), "000000")).ShouldBeProblemAsync(401, "invalid_two_factor_code");
    }

    /// <remarks>An encrypted secret is bound to its row, so a copy in another row is useless.</remarks>
    [Fact]
    public async Task A_secret_copied_to_another_user_lets_nobody_in()
    {
        var owner = await app.SignUpWithTwoFactorAsync();
        var user = await WithSecretAsync(await StoredAsync(owner.User));

        await (await app.SubmitCodeAsync(await app.ChallengeAsync(user), app.Code(owner.Secret))).ShouldBeProblemAsync(401, "invalid_two_factor_code");
    }

    private async Task<TestUser> WithSecretAsync(string secret)
    {
        var user = await app.RegisterAsync();
        await app.SqlAsync("UPDATE users SET two_factor_enabled = true, two_factor_secret = $1 WHERE id = $2", secret, user.Id);
        return user;
    }

    private async Task<string> StoredAsync(TestUser user) => (string)(await app.SqlAsync("SELECT two_factor_secret FROM users WHERE id = $1", user.Id))!;
}
