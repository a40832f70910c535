using System.Net;
using Cortex.IdentityServer.Identity.Mail;
using Cortex.IdentityServer.Tests.Admin.Users;
using Cortex.IdentityServer.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace Cortex.IdentityServer.Tests.Accounts;

/// <summary>If an account is deleted during one of its requests, the request gets the same 401 as after the deletion, and never a 500.</summary>
public sealed class DeletedAccountRaceTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Auth = "/api/v1/auth/";
    private const string Deletion = "DELETE FROM users WHERE id = $1";

    [Theory]
    [InlineData("POST", "passkeys/options", null)]
    [InlineData("POST", "2fa/enable", "{}")]
    [InlineData("POST", "2fa/verify", """{"code": "{wrong}"}""")]
    [InlineData("POST", "change-email", """{"new_email": "elsewhere@example.com", "password": "{password}"}""")]
    [InlineData("POST", "reauthenticate", """{"password": "{password}"}""")]
    [InlineData("PATCH", "me/password", """{"current_password": "{password}", "new_password": "another battery staple"}""")]
    [InlineData("DELETE", "me", """{"password": "{password}"}""")]
    [InlineData("POST", "api-keys/generate", """{"name": "late"}""")]
    [InlineData("POST", "api-keys/{key}/rotate", "{}")]
    [InlineData("PATCH", "api-keys/{key}", """{"name": "late"}""")]
    [InlineData("DELETE", "api-keys/{key}", null)]
    public async Task A_request_with_a_session_is_refused(string method, string path, string? body)
    {
        var (user, _, http) = await app.SignUpAsync();
        var (key, _) = await CortexApp.GenerateKeyAsync(http);
        if (path == "2fa/verify")
        {
            await (await http.PostAsync(Auth + "2fa/enable", new { })).ShouldBeAsync(HttpStatusCode.OK);
        }

        // Even if 000000 happens to be the correct code, the response is the same.
        var text = body?.Replace("{password}", user.Password, StringComparison.Ordinal).Replace("{wrong}", "000000", StringComparison.Ordinal);
        await (await app.CommitDuringAsync(
            Deletion, user.Id, () => SendAsync(http, method, Auth + path.Replace("{key}", $"{key}", StringComparison.Ordinal), text)))
            .ShouldBeProblemAsync(401, "session_revoked");

        Assert.Equal(0L, await app.SqlAsync("SELECT count(*) FROM api_keys WHERE user_id = $1", user.Id));
    }

    [Theory]
    [InlineData("2fa/recovery-codes", """{"code": "{code}"}""")]
    [InlineData("2fa/recovery-codes", """{"code": "{wrong}"}""")]
    [InlineData("2fa/disable", """{"password": "{password}", "code": "{code}"}""")]
    [InlineData("reauthenticate", """{"password": "{password}", "two_factor_code": "{code}"}""")]
    public async Task A_request_of_a_user_with_a_second_factor_is_refused(string path, string body)
    {
        var user = await app.SignUpWithTwoFactorAsync();
        var text = body.Replace("{password}", user.User.Password, StringComparison.Ordinal)
            .Replace("{code}", app.Code(user.Secret), StringComparison.Ordinal).Replace("{wrong}", app.WrongCode(user.Secret), StringComparison.Ordinal);

        await (await app.CommitDuringAsync(Deletion, user.User.Id, () => SendAsync(user.Http, "POST", Auth + path, text)))
            .ShouldBeProblemAsync(401, "session_revoked");
    }

    [Fact]
    public async Task A_login_is_refused_like_one_with_an_unknown_email()
    {
        var user = await app.RegisterAsync();
        var withTwoFactor = await app.SignUpWithTwoFactorAsync();

        await (await app.CommitDuringAsync(Deletion, user.Id, () => LogInAsync(user))).ShouldBeProblemAsync(401, "invalid_credentials");
        await (await app.CommitDuringAsync(Deletion, withTwoFactor.User.Id, () => LogInAsync(withTwoFactor.User)))
            .ShouldBeProblemAsync(401, "invalid_credentials");
    }

    [Fact]
    public async Task The_second_step_of_a_login_is_refused_like_one_with_an_unknown_token()
    {
        var user = await app.SignUpWithTwoFactorAsync();
        var challenge = await app.ChallengeAsync(user.User);
        await (await app.CommitDuringAsync(Deletion, user.User.Id, () => app.SubmitCodeAsync(challenge, app.Code(user.Secret))))
            .ShouldBeProblemAsync(401, "invalid_token");

        user = await app.SignUpWithTwoFactorAsync();
        await user.Http.AddPasskeyAsync(new SoftAuthenticator());
        var passkeyChallenge = await app.ChallengeAsync(user.User);
        var answer = await app.CommitDuringAsync(
            Deletion, user.User.Id, () => app.Anonymous().PostAsync(Auth + "login/2fa/passkey/options", new { two_factor_token = passkeyChallenge }));
        await answer.ShouldBeProblemAsync(401, "invalid_token");
    }

    [Theory]
    [InlineData("unlock")]
    [InlineData("reset-2fa")]
    [InlineData("revoke-sessions")]
    [InlineData("send-password-reset")]
    public async Task An_administrator_gets_404(string help)
    {
        var (_, admin) = await app.QuickStaffAsync();
        var (user, _, _) = await app.QuickSignUpAsync();

        await (await app.CommitDuringAsync(Deletion, user.Id, () => admin.HelpAsync(user.Id, help))).ShouldBeProblemAsync(404, "not_found");
    }

    [Fact]
    public async Task A_requested_email_is_dropped_without_an_error()
    {
        var user = await app.RegisterAsync();
        await app.WaitForEmailsAsync();

        var answer = await app.CommitDuringAsync(Deletion, user.Id, async () =>
        {
            var accepted = await app.RequestPasswordResetAsync(user.Email);
            app.Services.GetRequiredService<MailSignal>().Wake();

            // The deletion commits once the sender waits for it.
            while (await app.SqlAsync("SELECT count(*) FROM users WHERE id = $1", user.Id) is 1L)
            {
                await Task.Delay(5, TestContext.Current.CancellationToken);
            }

            return accepted;
        });

        await answer.ShouldBeAsync(HttpStatusCode.Accepted);
        await app.WaitForEmailsAsync();
        Assert.Equal(0L, await app.SqlAsync("SELECT count(*) FROM outbox_mails WHERE recipient = $1", user.Email));
        Assert.DoesNotContain("Error: Mail", app.Log, StringComparison.Ordinal);
    }

    private Task<HttpResponseMessage> LogInAsync(TestUser user) =>
        app.Anonymous().PostAsync(Auth + "login", new { email = user.Email, password = user.Password });

    private static Task<HttpResponseMessage> SendAsync(HttpClient http, string method, string path, string? body) => http.SendAsync(
        new(new(method), path) { Content = body is null ? null : new StringContent(body, null, "application/json") }, TestContext.Current.CancellationToken);
}
