using System.Net;
using System.Net.Http.Json;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Accounts;

/// <summary>
/// A request that was authenticated before a concurrent password reset, and waits for it, must not have an effect that outlives the reset.
/// </summary>
/// <remarks>
/// Nothing that a squatter starts may outlive the owner's reset (OWASP ASVS 7.4.2). Here, the reset is another transaction that locks the account's row and
/// commits while the request waits for the lock.
/// </remarks>
public sealed class PasswordResetRaceTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Auth = "/api/v1/auth/";

    private const string Reset = """
        WITH ended AS (UPDATE sessions SET ended_at = now(), end_reason = 'password_reset' WHERE user_id = $1)
        UPDATE users SET password_hash = '!', security_stamp = gen_random_uuid()::text WHERE id = $1
        """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_key_is_created_or_rotated()
    {
        var (user, _, http) = await app.SignUpAsync();
        var (id, _) = await CortexApp.GenerateKeyAsync(http);

        await (await ResetDuringAsync(user.Id, () => http.PostAsync(Auth + "api-keys/generate", new { name = "late" })))
            .ShouldBeProblemAsync(401, "session_revoked");
        (user, _, http) = await app.SignUpAsync();
        (id, _) = await CortexApp.GenerateKeyAsync(http);
        await (await ResetDuringAsync(user.Id, () => http.PostAsync($"{Auth}api-keys/{id}/rotate", new { }))).ShouldBeProblemAsync(401, "session_revoked");

        Assert.Equal(1L, await app.SqlAsync("SELECT count(*) FROM api_keys WHERE user_id = $1", user.Id));
    }

    [Fact]
    public async Task No_passkey_is_added()
    {
        var (user, _, http) = await app.SignUpAsync();
        var ceremony = await http.BeginPasskeyAsync();
        var credential = new SoftAuthenticator().Create(ceremony.Options);

        await (await ResetDuringAsync(user.Id, () => http.RegisterPasskeyAsync(ceremony, credential))).ShouldBeProblemAsync(401, "session_revoked");

        Assert.Equal(0L, await app.SqlAsync("SELECT count(*) FROM passkeys WHERE user_id = $1", user.Id));
    }

    [Fact]
    public async Task No_second_factor_is_turned_on()
    {
        var (user, _, http) = await app.SignUpAsync();
        var secret = (await (await http.PostAsync(Auth + "2fa/enable", new { })).JsonAsync(HttpStatusCode.OK)).GetProperty("secret").GetString()!;

        await (await ResetDuringAsync(user.Id, () => http.PostAsync(Auth + "2fa/verify", new { code = Totp.Code(secret, app.Clock.GetUtcNow()) })))
            .ShouldBeProblemAsync(401, "session_revoked");

        Assert.Equal(false, await app.SqlAsync("SELECT two_factor_enabled FROM users WHERE id = $1", user.Id));
    }

    [Fact]
    public async Task The_email_does_not_change()
    {
        var (user, _, http) = await app.SignUpAsync();
        var stranger = app.NewEmail();
        await (await http.PostAsync(Auth + "change-email", new { new_email = stranger, password = user.Password })).ShouldBeAsync(HttpStatusCode.Accepted);
        var token = await app.Mailbox.TokenAsync(stranger, "confirm_new_email");

        await (await ResetDuringAsync(user.Id, () => app.Anonymous().PostAsync(Auth + "change-email/confirm", new { token })))
            .ShouldBeProblemAsync(400, "invalid_verification_token");

        Assert.Equal(user.Email, await app.SqlAsync("SELECT email FROM users WHERE id = $1", user.Id));
    }

    [Fact]
    public async Task The_account_is_not_deleted()
    {
        var (user, _, http) = await app.SignUpAsync();

        await (await ResetDuringAsync(user.Id, () => DeleteAsync(http, user))).ShouldBeProblemAsync(401, "session_revoked");

        Assert.Equal(1L, await app.SqlAsync("SELECT count(*) FROM users WHERE id = $1", user.Id));
    }

    [Fact]
    public async Task Of_sixteen_concurrent_deletions_one_succeeds_and_leaves_one_event_without_personal_data()
    {
        var (user, _, http) = await app.SignUpAsync();

        var answers = await Concurrently.StatusesAsync(16, _ => DeleteAsync(http, user));

        Assert.Single(answers, HttpStatusCode.NoContent);
        Assert.All(
            answers.Where(answer => answer != HttpStatusCode.NoContent),
            answer => Assert.Contains(answer, new[] { HttpStatusCode.Unauthorized, HttpStatusCode.TooManyRequests }));
        Assert.Equal(1L, await app.SqlAsync("SELECT count(*) FROM audit_events WHERE user_id = $1 AND action = 'user.deleted'", user.Id));
        Assert.Equal(
            0L,
            await app.SqlAsync(
                "SELECT count(*) FROM audit_events WHERE user_id = $1 AND (ip IS NOT NULL OR user_agent IS NOT NULL OR details IS NOT NULL)", user.Id));
    }

    private static Task<HttpResponseMessage> DeleteAsync(HttpClient http, TestUser user) =>
        http.SendAsync(new(HttpMethod.Delete, Auth + "me") { Content = JsonContent.Create(new { password = user.Password }) }, Cancel);

    private Task<HttpResponseMessage> ResetDuringAsync(Guid userId, Func<Task<HttpResponseMessage>> request) => app.CommitDuringAsync(Reset, userId, request);
}
