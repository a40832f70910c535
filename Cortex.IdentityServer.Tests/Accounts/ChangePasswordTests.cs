using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Accounts;

public sealed class ChangePasswordTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Route = "/api/v1/auth/me/password";
    private const string LogIn = "/api/v1/auth/login";
    private const string New = "a new and better password";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_new_password_works_and_the_old_one_no_longer_does()
    {
        var (user, _, http) = await app.SignUpAsync();

        await (await http.PatchAsync(Route, new { current_password = user.Password, new_password = New })).ShouldBeAsync(HttpStatusCode.NoContent);

        await (await app.Anonymous().PostAsync(LogIn, new { email = user.Email, password = user.Password })).ShouldBeProblemAsync(401, "invalid_credentials");
        await app.LogInAsync(user with { Password = New });
    }

    [Fact]
    public async Task Other_sessions_end_and_this_one_stays()
    {
        var (user, tokens, http) = await app.SignUpAsync();
        var other = await app.LogInAsync(user);

        await (await http.PatchAsync(Route, new { current_password = user.Password, new_password = New })).ShouldBeAsync(HttpStatusCode.NoContent);

        await (await http.GetAsync("/api/v1/auth/me", Cancel)).ShouldBeAsync(HttpStatusCode.OK);
        await (await app.Anonymous().PostAsync("/api/v1/auth/refresh", new { refresh_token = tokens.RefreshToken })).ShouldBeAsync(HttpStatusCode.OK);
        await (await app.WithToken(other.AccessToken).GetAsync("/api/v1/auth/me", Cancel)).ShouldBeProblemAsync(401, "session_revoked");
        await (await app.Anonymous().PostAsync("/api/v1/auth/refresh", new { refresh_token = other.RefreshToken }))
            .ShouldBeProblemAsync(401, "invalid_refresh_token");
    }

    /// <remarks>Access to an unattended session must not be enough to take over the account (OWASP ASVS 6.2.3).</remarks>
    [Fact]
    public async Task A_wrong_current_password_changes_nothing()
    {
        var (user, _, http) = await app.SignUpAsync();

        await (await http.PatchAsync(Route, new { current_password = "not the password", new_password = New }))
            .ShouldBeProblemAsync(401, "invalid_credentials");

        await app.LogInAsync(user);
    }

    /// <remarks>The same rules apply as at registration (OWASP ASVS 6.2.4).</remarks>
    [Theory]
    [InlineData("short")]
    [InlineData("password12345678")]
    [InlineData("cortexidentity1")]
    [InlineData("email")]
    [InlineData(TestUser.DefaultPassword)]
    public async Task A_weak_or_unchanged_password_is_refused_with_the_reason(string password)
    {
        var (user, _, http) = await app.SignUpAsync();

        var problem = await (await http.PatchAsync(Route, new { current_password = user.Password, new_password = password == "email" ? user.Email : password }))
            .ShouldBeProblemAsync(400, "weak_password");

        Assert.NotEqual("", problem.GetProperty("errors").GetProperty("new_password")[0].GetString());
        await app.LogInAsync(user);
    }

    [Theory]
    [InlineData("{}", "current_password", "new_password")]
    [InlineData("""{"current_password": "x"}""", "new_password")]
    [InlineData("""{"new_password": "a new and better password"}""", "current_password")]
    [InlineData("""{"current_password": null, "new_password": "a new and better password"}""", "current_password")]
    public async Task A_missing_field_is_named(string body, params string[] fields)
    {
        var (_, _, http) = await app.SignUpAsync();

        var problem = await (await http.PatchAsync(Route, new StringContent(body, null, "application/json"), Cancel))
            .ShouldBeProblemAsync(400, "validation_failed");

        Assert.Equal(fields, problem.GetProperty("errors").EnumerateObject().Select(field => field.Name).Order());
    }

    [Fact]
    public async Task More_than_256_characters_are_refused()
    {
        var (user, _, http) = await app.SignUpAsync();

        await (await http.PatchAsync(Route, new { current_password = user.Password, new_password = new string('a', 257) }))
            .ShouldBeProblemAsync(400, "validation_failed");
        await (await http.PatchAsync(Route, new { current_password = new string('a', 257), new_password = New }))
            .ShouldBeProblemAsync(400, "validation_failed");
    }

    [Fact]
    public async Task An_API_key_or_an_anonymous_caller_cannot_change_it()
    {
        var (user, _, http) = await app.SignUpAsync();
        var (_, key) = await CortexApp.GenerateKeyAsync(http);
        var body = new { current_password = user.Password, new_password = New };

        await (await app.WithKey(key).PatchAsync(Route, body)).ShouldBeProblemAsync(403, "forbidden");
        await (await app.Anonymous().PatchAsync(Route, body)).ShouldBeProblemAsync(401, "unauthenticated");
    }

    /// <remarks>A login that was started with the old password can't be finished.</remarks>
    [Fact]
    public async Task A_pending_two_factor_token_is_invalid_afterwards()
    {
        var user = await app.SignUpWithTwoFactorAsync();
        var pending = await app.ChallengeAsync(user.User);

        await (await user.Http.PatchAsync(Route, new { current_password = user.User.Password, new_password = New })).ShouldBeAsync(HttpStatusCode.NoContent);

        await (await app.SubmitCodeAsync(pending, app.Code(user.Secret))).ShouldBeProblemAsync(401, "invalid_token");

        // The invalid token didn't use up the code, so the owner can still use it.
        var fresh = await app.ChallengeAsync(user.User with { Password = New });
        await (await app.SubmitCodeAsync(fresh, app.Code(user.Secret))).ShouldBeAsync(HttpStatusCode.OK);
    }
}
