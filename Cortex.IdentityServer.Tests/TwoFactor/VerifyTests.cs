using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.TwoFactor;

public sealed class VerifyTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Route = "/api/v1/auth/2fa/verify";

    [Fact]
    public async Task A_correct_code_turns_it_on_and_returns_ten_recovery_codes()
    {
        var (user, _, http) = await app.SignUpAsync();
        var secret = await EnableAsync(http);

        var response = await http.PostAsync(Route, new { code = app.Code(secret) });

        var answer = await response.JsonAsync(HttpStatusCode.OK);
        Assert.Equal(["two_factor_enabled", "recovery_codes"], answer.EnumerateObject().Select(field => field.Name));
        Assert.True(answer.GetProperty("two_factor_enabled").GetBoolean());
        var codes = answer.GetProperty("recovery_codes").EnumerateArray().Select(code => code.GetString()!).ToArray();
        Assert.Equal(10, codes.Distinct().Count());
        Assert.True(response.Headers.CacheControl?.NoStore);
        Assert.True((bool?)await app.SqlAsync("SELECT two_factor_enabled FROM users WHERE id = $1", user.Id));
        await app.ChallengeAsync(user);
    }

    /// <remarks>Those sessions started with the password alone.</remarks>
    [Fact]
    public async Task Other_sessions_end_and_this_one_stays()
    {
        var (user, _, http) = await app.SignUpAsync();
        var other = await app.LogInAsync(user);
        var secret = await EnableAsync(http);

        await (await http.PostAsync(Route, new { code = app.Code(secret) })).ShouldBeAsync(HttpStatusCode.OK);

        await (await http.GetAsync("/api/v1/auth/me", TestContext.Current.CancellationToken)).ShouldBeAsync(HttpStatusCode.OK);
        await (await app.WithToken(other.AccessToken).GetAsync("/api/v1/auth/me", TestContext.Current.CancellationToken))
            .ShouldBeProblemAsync(401, "session_revoked");
        await (await app.Anonymous().PostAsync("/api/v1/auth/refresh", new { refresh_token = other.RefreshToken }))
            .ShouldBeProblemAsync(401, "invalid_refresh_token");
    }

    /// <remarks>The response is 400 rather than 401, because the session is still valid.</remarks>
    [Fact]
    public async Task A_wrong_code_turns_nothing_on()
    {
        var (user, _, http) = await app.SignUpAsync();
        var secret = await EnableAsync(http);
        var code = app.Code(secret);

        foreach (var wrong in new[] { app.WrongCode(secret), app.Code(secret, -2), app.Code(secret, 2), " " + code, $"{code[..3]} {code[3..]}", "12345" })
        {
            await (await http.PostAsync(Route, new { code = wrong })).ShouldBeProblemAsync(400, "invalid_two_factor_code");
        }

        await app.LogInAsync(user);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"code": null}""")]
    [InlineData("""{"code": ""}""")]
    [InlineData("""{"code": 123456}""")]
    public async Task A_code_is_needed(string body)
    {
        var (_, _, http) = await app.SignUpAsync();

        var problem = await (await http.PostTextAsync(Route, body)).ShouldBeProblemAsync(400, "validation_failed");

        Assert.Equal(["code"], problem.GetProperty("errors").EnumerateObject().Select(field => field.Name));
    }

    [Fact]
    public async Task A_code_is_refused_if_setup_was_not_started()
    {
        var (_, _, http) = await app.SignUpAsync();

        await (await http.PostAsync(Route, new { code = "123456" })).ShouldBeProblemAsync(409, "two_factor_not_enabled");
    }

    [Fact]
    public async Task A_code_is_refused_if_two_factor_authentication_is_already_on()
    {
        var user = await app.SignUpWithTwoFactorAsync();

        await (await user.Http.PostAsync(Route, new { code = app.Code(user.Secret) })).ShouldBeProblemAsync(409, "two_factor_already_enabled");
    }

    [Fact]
    public async Task Sixteen_at_once_turn_it_on_once()
    {
        var (user, tokens, http) = await app.SignUpAsync();
        var code = app.Code(await EnableAsync(http));

        var answers = await Concurrently.StatusesAsync(16, _ => app.WithToken(tokens.AccessToken).PostAsync(Route, new { code }));

        Assert.Equal(1, answers.Count(status => status == HttpStatusCode.OK));
        Assert.Equal(15, answers.Count(status => status == HttpStatusCode.Conflict));
        Assert.Equal(10L, await app.SqlAsync("SELECT count(*) FROM recovery_codes WHERE user_id = $1", user.Id));
    }

    private static async Task<string> EnableAsync(HttpClient http) =>
        (await (await http.PostAsync("/api/v1/auth/2fa/enable", new { })).JsonAsync(HttpStatusCode.OK)).GetProperty("secret").GetString()!;
}
