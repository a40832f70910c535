using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Login;

/// <summary>An attacker with a session can't guess the password faster than at login.</summary>
public sealed class PasswordCheckTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Auth = "/api/v1/auth/";

    [Fact]
    public async Task Wrong_passwords_on_every_route_share_the_count_of_logins()
    {
        var (user, _, http) = await app.SignUpAsync();
        await (await ChangeAsync(http, "not the password")).ShouldBeProblemAsync(401, "invalid_credentials");
        await (await ChangeAsync(http, "not the password")).ShouldBeProblemAsync(401, "invalid_credentials");
        await (await http.PostAsync(Auth + "2fa/enable", new { password = "not the password" })).ShouldBeProblemAsync(401, "invalid_credentials");
        await (await http.PostAsync(Auth + "2fa/enable", new { password = "not the password" })).ShouldBeProblemAsync(401, "invalid_credentials");
        await (await app.Anonymous().PostAsync(Auth + "login", new { email = user.Email, password = "not the password" }))
            .ShouldBeProblemAsync(401, "invalid_credentials");

        await ClientAddressApp.ShouldBeThrottledAsync(await ChangeAsync(http, user.Password), 1);
        await ClientAddressApp.ShouldBeThrottledAsync(await http.PostAsync(Auth + "2fa/enable", new { password = user.Password }), 1);
        await ClientAddressApp.ShouldBeThrottledAsync(await app.Anonymous().PostAsync(Auth + "login", new { email = user.Email, password = user.Password }), 1);

        app.Clock.Advance(TimeSpan.FromSeconds(1));
        await (await ChangeAsync(http, user.Password)).ShouldBeAsync(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task Wrong_passwords_are_counted_when_turning_off_the_second_factor()
    {
        var user = await app.SignUpWithTwoFactorAsync();
        for (var i = 0; i < 5; i++)
        {
            await (await DisableAsync(user, "not the password")).ShouldBeProblemAsync(401, "invalid_credentials");
        }

        await ClientAddressApp.ShouldBeThrottledAsync(await DisableAsync(user, user.User.Password), 1);
    }

    /// <remarks>An attacker with a session can't guess codes faster than at login either.</remarks>
    [Fact]
    public async Task Ten_wrong_codes_during_setup_lock_the_second_factor()
    {
        var (_, _, http) = await app.SignUpAsync();
        var secret = (await (await http.PostAsync(Auth + "2fa/enable", new { })).JsonAsync(HttpStatusCode.OK)).GetProperty("secret").GetString()!;
        for (var i = 0; i < 10; i++)
        {
            await (await VerifyAsync(http, app.WrongCode(secret))).ShouldBeProblemAsync(400, "invalid_two_factor_code");
        }

        await ClientAddressApp.ShouldBeThrottledAsync(await VerifyAsync(http, app.Code(secret)), 900);
        app.Clock.Advance(TimeSpan.FromMinutes(15));
        await (await VerifyAsync(http, app.Code(secret))).ShouldBeAsync(HttpStatusCode.OK);
    }

    private static Task<HttpResponseMessage> ChangeAsync(HttpClient http, string current) =>
        http.PatchAsync(Auth + "me/password", new { current_password = current, new_password = "another battery staple" });

    private static Task<HttpResponseMessage> VerifyAsync(HttpClient http, string code) => http.PostAsync(Auth + "2fa/verify", new { code });

    private Task<HttpResponseMessage> DisableAsync(TwoFactorUser user, string password) =>
        user.Http.PostAsync(Auth + "2fa/disable", new { password, code = app.Code(user.Secret) });
}
