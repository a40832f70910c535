using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Login;

public sealed class LogInTests : IClassFixture<CortexApp>
{
    private const string Route = "/api/v1/auth/login";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private readonly CortexApp _app;

    public LogInTests(CortexApp app)
    {
        _app = app;

        // An address may fail twenty times within five minutes, so each test gets its own window.
        app.Clock.Advance(TimeSpan.FromMinutes(6));
    }

    [Fact]
    public async Task A_correct_password_returns_working_tokens()
    {
        var user = await _app.RegisterAsync();

        var response = await _app.Anonymous().PostAsync(Route, new { email = user.Email, password = user.Password });

        var answer = await response.JsonAsync(HttpStatusCode.OK);
        Assert.Equal(
            ["access_token", "token_type", "expires_in", "refresh_token", "refresh_expires_in"],
            answer.EnumerateObject().Select(field => field.Name));
        Assert.Equal("bearer", answer.GetProperty("token_type").GetString());
        Assert.Equal(1800, answer.GetProperty("expires_in").GetInt32());
        Assert.Equal(30 * 24 * 3600, answer.GetProperty("refresh_expires_in").GetInt64());
        Assert.True(response.Headers.CacheControl?.NoStore);
        var me = await (await _app.WithToken(Tokens.Of(answer).AccessToken).GetAsync("/api/v1/auth/me", Cancel)).JsonAsync(HttpStatusCode.OK);
        Assert.Equal(user.Id, me.GetProperty("id").GetGuid());
    }

    /// <remarks>The response must not reveal who is registered (OWASP ASVS 6.3.8).</remarks>
    [Fact]
    public async Task Wrong_password_and_unknown_email_look_the_same()
    {
        var user = await _app.RegisterAsync();

        var wrong = await (await _app.Anonymous().PostAsync(Route, new { email = user.Email, password = "not the password" }))
            .ShouldBeProblemAsync(401, "invalid_credentials");
        var unknown = await (await _app.Anonymous().PostAsync(Route, new { email = "nobody@example.com", password = "not the password" }))
            .ShouldBeProblemAsync(401, "invalid_credentials");

        Assert.Equal(wrong.GetProperty("detail").GetString(), unknown.GetProperty("detail").GetString());
        Assert.Equal(wrong.EnumerateObject().Select(field => field.Name), unknown.EnumerateObject().Select(field => field.Name));
    }

    [Theory]
    [InlineData("Some.Body@example.com", "some.body@EXAMPLE.com")]
    [InlineData("other.body@example.com", " OTHER.BODY@example.com  ")]
    [InlineData("fo\u00FCr@example.com", "FOU\u0308R@example.com")]
    public async Task Every_spelling_of_an_email_logs_in(string registered, string typed)
    {
        var user = await _app.RegisterAsync(registered);

        await (await _app.Anonymous().PostAsync(Route, new { email = typed, password = user.Password })).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("nobody")]
    [InlineData("@")]
    [InlineData("\0")]
    [InlineData("user1\0@example.com")]
    [InlineData("' OR 1=1 --")]
    [InlineData("%@example.com")]
    [InlineData("user_@example.com")]
    [InlineData("nobody＠example.com")]
    [InlineData("\u202E@example.com")]
    [InlineData("\uFFFE\uFFFF@example.com")]
    [InlineData("\uFFFD")]
    [InlineData("😀@example.com")]
    [InlineData("a@example.com\r\nb@example.com")]
    public async Task A_malformed_email_is_an_unknown_email(string email) =>
        await (await _app.Anonymous().PostAsync(Route, new { email, password = "some password" })).ShouldBeProblemAsync(401, "invalid_credentials");

    [Theory]
    [InlineData("{}", "email", "password")]
    [InlineData("""{"email": "x@example.com"}""", "password")]
    [InlineData("""{"email": "x@example.com", "password": ""}""", "password")]
    [InlineData("""{"email": "", "password": "x"}""", "email")]
    [InlineData("""{"email": null, "password": "x"}""", "email")]
    [InlineData("""{"email": "x@example.com", "password": null}""", "password")]
    [InlineData("""{"email": 1, "password": "x"}""", "email")]
    [InlineData("""{"email": "x@example.com", "password": true}""", "password")]
    [InlineData("""{"email": "x@example.com", "password": "x", "two_factor_code": 123456}""", "two_factor_code")]
    [InlineData("""{"email": "x@example.com", "password": "x", "two_factor_code": "123456", "recovery_code": "a"}""", "recovery_code")]
    public async Task A_field_that_is_missing_or_of_the_wrong_type_is_named(string body, params string[] fields)
    {
        var problem = await (await _app.Anonymous().PostTextAsync(Route, body)).ShouldBeProblemAsync(400, "validation_failed");

        Assert.Equal(fields, problem.GetProperty("errors").EnumerateObject().Select(field => field.Name).Order());
    }

    [Fact]
    public async Task An_email_or_password_that_is_too_long_is_refused()
    {
        await (await _app.Anonymous().PostAsync(Route, new { email = new string('a', 10_000), password = "x" })).ShouldBeProblemAsync(400, "validation_failed");
        await (await _app.Anonymous().PostAsync(Route, new { email = "x@example.com", password = new string('a', 257) }))
            .ShouldBeProblemAsync(400, "validation_failed");
    }

    [Theory]
    [InlineData("\\ud800@example.com", "some password")]
    [InlineData("x@example.com", "half a character \\udc00")]
    public async Task An_unpaired_surrogate_is_a_client_error(string email, string password)
    {
        var response = await _app.Anonymous().PostTextAsync(Route, $$"""{"email": "{{email}}", "password": "{{password}}"}""");

        Assert.InRange((int)response.StatusCode, 400, 401);
    }

    [Fact]
    public async Task An_unknown_field_is_refused() =>
        await (await _app.Anonymous().PostAsync(Route, new { email = "x@example.com", password = "x", remember_me = true }))
            .ShouldBeProblemAsync(400, "unknown_field");

    /// <remarks>Only a caller who knows the password learns about the account (OWASP ASVS 6.3.8).</remarks>
    [Fact]
    public async Task Only_the_correct_password_reveals_that_an_account_is_disabled()
    {
        var user = await _app.RegisterAsync();
        await _app.SqlAsync("UPDATE users SET is_active = false WHERE id = $1", user.Id);

        await (await _app.Anonymous().PostAsync(Route, new { email = user.Email, password = "not the password" }))
            .ShouldBeProblemAsync(401, "invalid_credentials");
        await (await _app.Anonymous().PostAsync(Route, new { email = user.Email, password = user.Password })).ShouldBeProblemAsync(403, "account_disabled");
        Assert.Equal(0L, await _app.SqlAsync("SELECT count(*) FROM sessions WHERE user_id = $1", user.Id));
    }

    [Fact]
    public async Task A_disabled_account_with_a_second_factor_gets_no_challenge()
    {
        var user = await _app.SignUpWithTwoFactorAsync();
        await _app.SqlAsync("UPDATE users SET is_active = false WHERE id = $1", user.User.Id);

        var problem = await (await _app.Anonymous().PostAsync(Route, new { email = user.User.Email, password = user.User.Password }))
            .ShouldBeProblemAsync(403, "account_disabled");

        Assert.False(problem.TryGetProperty("two_factor_token", out _));
    }

    [Fact]
    public async Task Only_the_correct_password_reveals_that_there_is_a_second_factor()
    {
        var user = await _app.SignUpWithTwoFactorAsync();

        await (await _app.Anonymous().PostAsync(Route, new { email = user.User.Email, password = "not the password" }))
            .ShouldBeProblemAsync(401, "invalid_credentials");
        await (await _app.Anonymous()
            .PostAsync(Route, new { email = user.User.Email, password = "not the password", two_factor_code = _app.Code(user.Secret) }))
            .ShouldBeProblemAsync(401, "invalid_credentials");
    }

    [Fact]
    public async Task A_code_may_be_sent_with_the_password()
    {
        var user = await _app.SignUpWithTwoFactorAsync();
        var (email, password) = (user.User.Email, user.User.Password);

        await (await _app.Anonymous().PostAsync(Route, new { email, password, two_factor_code = _app.WrongCode(user.Secret) }))
            .ShouldBeProblemAsync(401, "invalid_two_factor_code");
        await (await _app.Anonymous().PostAsync(Route, new { email, password, two_factor_code = _app.Code(user.Secret) })).ShouldBeAsync(HttpStatusCode.OK);
        await (await _app.Anonymous().PostAsync(Route, new { email, password, recovery_code = "AAAAAA-AAAAAA-AAAAAA-AAAAAA" }))
            .ShouldBeProblemAsync(401, "invalid_two_factor_code");
        await (await _app.Anonymous().PostAsync(Route, new { email, password, recovery_code = user.RecoveryCodes[0] })).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_unnecessary_code_is_ignored()
    {
        var user = await _app.RegisterAsync();

        await (await _app.Anonymous().PostAsync(Route, new { email = user.Email, password = user.Password, two_factor_code = "123456" }))
            .ShouldBeAsync(HttpStatusCode.OK);
    }
}
