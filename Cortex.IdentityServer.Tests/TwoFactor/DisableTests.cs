using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.TwoFactor;

public sealed class DisableTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Route = "/api/v1/auth/2fa/disable";

    [Fact]
    public async Task Password_and_code_turn_it_off()
    {
        var user = await app.SignUpWithTwoFactorAsync();

        await (await user.Http.PostAsync(Route, new { password = user.User.Password, code = app.Code(user.Secret) })).ShouldBeAsync(HttpStatusCode.NoContent);

        await app.LogInAsync(user.User);
        Assert.Equal(0L, await app.SqlAsync("SELECT count(*) FROM recovery_codes WHERE user_id = $1", user.User.Id));
        Assert.True(await app.SqlAsync("SELECT two_factor_secret FROM users WHERE id = $1", user.User.Id) is DBNull);
    }

    [Fact]
    public async Task Password_and_recovery_code_turn_it_off()
    {
        var user = await app.SignUpWithTwoFactorAsync();

        await (await user.Http.PostAsync(Route, new { password = user.User.Password, recovery_code = user.RecoveryCodes[9] }))
            .ShouldBeAsync(HttpStatusCode.NoContent);

        await app.LogInAsync(user.User);
    }

    /// <remarks>Sessions that an attacker may have stolen end when a factor changes (OWASP ASVS 7.4.3).</remarks>
    [Fact]
    public async Task Other_sessions_end_and_this_one_stays()
    {
        var user = await app.SignUpWithTwoFactorAsync();
        var other = Tokens.Of(
            await (await app.SubmitRecoveryCodeAsync(await app.ChallengeAsync(user.User), user.RecoveryCodes[0])).JsonAsync(HttpStatusCode.OK));

        await (await user.Http.PostAsync(Route, new { password = user.User.Password, code = app.Code(user.Secret) })).ShouldBeAsync(HttpStatusCode.NoContent);

        await (await user.Http.GetAsync("/api/v1/auth/me", TestContext.Current.CancellationToken)).ShouldBeAsync(HttpStatusCode.OK);
        await (await app.WithToken(other.AccessToken).GetAsync("/api/v1/auth/me", TestContext.Current.CancellationToken))
            .ShouldBeProblemAsync(401, "session_revoked");
    }

    /// <remarks>A stolen session alone turns nothing off, and a wrong password uses up no code (OWASP ASVS 7.5.1).</remarks>
    [Fact]
    public async Task Neither_the_password_nor_the_code_alone_is_enough()
    {
        var user = await app.SignUpWithTwoFactorAsync();
        var (password, code) = (user.User.Password, app.Code(user.Secret));

        await (await user.Http.PostAsync(Route, new { password = "not the password", code })).ShouldBeProblemAsync(401, "invalid_credentials");
        await (await user.Http.PostAsync(Route, new { password, code = app.WrongCode(user.Secret) })).ShouldBeProblemAsync(400, "invalid_two_factor_code");
        await (await user.Http.PostAsync(Route, new { password, recovery_code = "AAAAAA-AAAAAA-AAAAAA-AAAAAA" }))
            .ShouldBeProblemAsync(400, "invalid_two_factor_code");
        await (await user.Http.PostAsync(Route, new { password })).ShouldBeProblemAsync(400, "validation_failed");
        await (await user.Http.PostAsync(Route, new { code })).ShouldBeProblemAsync(400, "validation_failed");
        await (await user.Http.PostAsync(Route, new { password, code, recovery_code = user.RecoveryCodes[0] })).ShouldBeProblemAsync(400, "validation_failed");
        await (await user.Http.PostAsync(Route, new { })).ShouldBeProblemAsync(400, "validation_failed");
        await (await user.Http.PostAsync(Route, new { password, code })).ShouldBeAsync(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task Two_factor_authentication_cannot_be_turned_off_if_it_is_already_off()
    {
        var (user, _, http) = await app.SignUpAsync();

        await (await http.PostAsync(Route, new { password = user.Password, code = "123456" })).ShouldBeProblemAsync(409, "two_factor_not_enabled");
    }

    /// <remarks>The last accepted step carries over to a new secret.</remarks>
    [Fact]
    public async Task Two_factor_authentication_can_be_turned_on_again_with_another_secret()
    {
        var user = await app.SignUpWithTwoFactorAsync();
        await (await user.Http.PostAsync(Route, new { password = user.User.Password, code = app.Code(user.Secret) })).ShouldBeAsync(HttpStatusCode.NoContent);
        var secret = (await (await user.Http.PostAsync("/api/v1/auth/2fa/enable", new { })).JsonAsync(HttpStatusCode.OK)).GetProperty("secret").GetString()!;
        app.NextStep();
        await (await user.Http.PostAsync("/api/v1/auth/2fa/verify", new { code = app.Code(secret) })).ShouldBeAsync(HttpStatusCode.OK);
        app.NextStep();

        var token = await app.ChallengeAsync(user.User);
        await (await app.SubmitRecoveryCodeAsync(token, user.RecoveryCodes[0])).ShouldBeProblemAsync(401, "invalid_two_factor_code");
        await (await app.SubmitCodeAsync(token, app.Code(user.Secret))).ShouldBeProblemAsync(401, "invalid_two_factor_code");
        await (await app.SubmitCodeAsync(token, app.Code(secret))).ShouldBeAsync(HttpStatusCode.OK);
    }
}
