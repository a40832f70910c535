using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Secrets;

/// <remarks>With <c>new,old</c>, all sessions continue, and everything created under the old secret ends when it is removed (OWASP ASVS 13.3.4).</remarks>
public sealed class SecretRotationTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Auth = "/api/v1/auth/";
    private const string NewJwtSecret = "a-new-signing-secret-of-more-than-32-bytes";
    private const string NewSecretKey = "another-new-secret-of-more-than-32-bytes";

    private static readonly (string, string)[] Both =
    [
        ("JWT_SECRET_KEY", $"{NewJwtSecret},{CortexApp.JwtSecret}"), ("SECRET_KEY", $"{NewSecretKey},{CortexApp.SecretKey}"),
    ];
    private static readonly (string, string)[] OnlyNew = [("JWT_SECRET_KEY", NewJwtSecret), ("SECRET_KEY", NewSecretKey)];

    [Fact]
    public async Task An_access_token_survives_the_rotation_and_ends_with_its_secret()
    {
        var (user, tokens, _) = await app.SignUpAsync();
        var (header, payload) = Jwt.Read(tokens.AccessToken);
        Tokens made = null!;

        await OnAsync(Both, async http =>
        {
            await MeAsync(http, tokens.AccessToken, HttpStatusCode.OK);
            made = await LogInAsync(http, user);
            await MeAsync(http, Jwt.Sign(header, payload, "a-secret-of-somebody-else-with-over-32-bytes"), HttpStatusCode.Unauthorized);
        });
        await OnAsync(OnlyNew, async http =>
        {
            await MeAsync(http, tokens.AccessToken, HttpStatusCode.Unauthorized);
            await MeAsync(http, made.AccessToken, HttpStatusCode.OK);
        });
    }

    [Fact]
    public async Task A_refresh_token_survives_and_its_successor_is_created_under_the_new_secret()
    {
        var (_, first, _) = await app.SignUpAsync();
        var (_, unused, _) = await app.SignUpAsync();
        Tokens child = null!;

        await OnAsync(Both, async http => child = Tokens.Of(await (await RefreshAsync(http, first)).JsonAsync(HttpStatusCode.OK)));

        await OnAsync(OnlyNew, async http =>
        {
            await (await RefreshAsync(http, unused)).ShouldBeProblemAsync(401, "invalid_refresh_token");
            await (await RefreshAsync(http, child)).ShouldBeAsync(HttpStatusCode.OK);
        });
    }

    [Fact]
    public async Task A_login_that_still_needs_its_second_factor_survives()
    {
        var user = await app.SignUpWithTwoFactorAsync();
        var kept = await app.ChallengeAsync(user.User);
        var dropped = await app.ChallengeAsync(user.User);

        await OnAsync(OnlyNew, async http => await (await AnswerAsync(http, dropped, app.Code(user.Secret))).ShouldBeProblemAsync(401, "invalid_token"));
        await OnAsync(Both, async http => await (await AnswerAsync(http, kept, app.Code(user.Secret))).ShouldBeAsync(HttpStatusCode.OK));
    }

    [Fact]
    public async Task An_authenticator_app_survives_and_its_next_use_encrypts_its_secret_under_the_new_key()
    {
        var used = await app.SignUpWithTwoFactorAsync();
        var unused = await app.SignUpWithTwoFactorAsync();
        var before = await StoredAsync(used.User);

        await OnAsync(Both, async http =>
        {
            await (await AnswerAsync(http, await ChallengeAsync(http, used.User), app.WrongCode(used.Secret)))
                .ShouldBeProblemAsync(401, "invalid_two_factor_code");
            Assert.Equal(before, await StoredAsync(used.User));
            await (await AnswerAsync(http, await ChallengeAsync(http, used.User), app.Code(used.Secret))).ShouldBeAsync(HttpStatusCode.OK);
        });
        Assert.NotEqual(before, await StoredAsync(used.User));
        app.NextStep();

        await OnAsync(OnlyNew, async http =>
        {
            await (await AnswerAsync(http, await ChallengeAsync(http, unused.User), app.Code(unused.Secret)))
                .ShouldBeProblemAsync(401, "invalid_two_factor_code");
            await (await AnswerAsync(http, await ChallengeAsync(http, used.User), app.Code(used.Secret))).ShouldBeAsync(HttpStatusCode.OK);
        });
    }

    [Fact]
    public async Task A_recovery_code_survives_and_still_works_only_once()
    {
        var user = await app.SignUpWithTwoFactorAsync();

        await OnAsync(Both, async http =>
        {
            var statuses = await Task.WhenAll(
                Enumerable.Range(0, 4).Select(async _ => (await RecoverAsync(http, await ChallengeAsync(http, user.User), user.RecoveryCodes[0])).StatusCode));
            Assert.Single(statuses, HttpStatusCode.OK);
        });
        await OnAsync(OnlyNew, async http =>
            await (await RecoverAsync(http, await ChallengeAsync(http, user.User), user.RecoveryCodes[1]))
                .ShouldBeProblemAsync(401, "invalid_two_factor_code"));
    }

    /// <remarks>While replicas restart one after another, they receive each other's tokens; hence <c>old,new</c> first (docs/operations.md).</remarks>
    [Fact]
    public async Task A_server_that_still_uses_the_old_secret_first_accepts_tokens_of_the_new_one()
    {
        var user = await app.RegisterAsync();
        Tokens made = null!;
        await OnAsync(Both, async http => made = await LogInAsync(http, user));

        await OnAsync([("JWT_SECRET_KEY", $"{CortexApp.JwtSecret},{NewJwtSecret}"), ("SECRET_KEY", $"{CortexApp.SecretKey},{NewSecretKey}")], async http =>
        {
            await MeAsync(http, made.AccessToken, HttpStatusCode.OK);
            await (await RefreshAsync(http, made)).ShouldBeAsync(HttpStatusCode.OK);
        });
    }

    private async Task OnAsync((string, string)[] settings, Func<HttpClient, Task> act)
    {
        using var http = app.StartReplica(out var replica, settings);
        using var _ = replica;
        await act(http);
    }

    private static async Task MeAsync(HttpClient http, string token, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Auth + "me") { Headers = { Authorization = new("Bearer", token) } };
        await (await http.SendAsync(request, TestContext.Current.CancellationToken)).ShouldBeAsync(expected);
    }

    private static async Task<Tokens> LogInAsync(HttpClient http, TestUser user) =>
        Tokens.Of(await (await http.PostAsync(Auth + "login", new { email = user.Email, password = user.Password })).JsonAsync(HttpStatusCode.OK));

    private static Task<HttpResponseMessage> RefreshAsync(HttpClient http, Tokens tokens) =>
        http.PostAsync(Auth + "refresh", new { refresh_token = tokens.RefreshToken });

    private static async Task<string> ChallengeAsync(HttpClient http, TestUser user)
    {
        var problem = await (await http.PostAsync(Auth + "login", new { email = user.Email, password = user.Password }))
            .ShouldBeProblemAsync(401, "two_factor_required");
        return problem.GetProperty("two_factor_token").GetString()!;
    }

    private static Task<HttpResponseMessage> AnswerAsync(HttpClient http, string token, string code) =>
        http.PostAsync(Auth + "login/2fa", new { two_factor_token = token, code });

    private static Task<HttpResponseMessage> RecoverAsync(HttpClient http, string token, string code) =>
        http.PostAsync(Auth + "login/2fa", new { two_factor_token = token, recovery_code = code });

    private async Task<string> StoredAsync(TestUser user) => (string)(await app.SqlAsync("SELECT two_factor_secret FROM users WHERE id = $1", user.Id))!;
}
