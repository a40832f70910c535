using System.Net;
using System.Text.Json;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Introspection;

/// <remarks>RFC 7662: an invalid token is reported as inactive without further details. Only tokens that authenticate a caller can be introspected.</remarks>
public sealed class IntrospectTests(SharedUserApp app) : IClassFixture<SharedUserApp>
{
    private const string Route = "/api/v1/auth/introspect";

    [Fact]
    public async Task An_access_token_is_described()
    {
        var (user, tokens, _) = await app.SignUpAsync();
        var claims = Jwt.Read(tokens.AccessToken).Payload;

        var answer = await (await app.IntrospectorAsync())
            .PostFormAsync(Route, ("token", tokens.AccessToken), ("token_type_hint", "access_token"), ("other", "ignored"));

        Assert.Equal("no-store", answer.Headers.GetValues("Cache-Control").Single());
        var token = await answer.JsonAsync(HttpStatusCode.OK);
        Assert.Equal(
            ["active", "token_type", "sub", "email", "subscription_tier", "scope", "sid", "exp", "iat", "iss"],
            token.EnumerateObject().Select(field => field.Name));
        Assert.True(token.GetProperty("active").GetBoolean());
        Assert.Equal("bearer", token.GetProperty("token_type").GetString());
        Assert.Equal(user.Id.ToString(), token.GetProperty("sub").GetString());
        Assert.Equal(user.Email, token.GetProperty("email").GetString());
        Assert.Equal("free", token.GetProperty("subscription_tier").GetString());
        Assert.Equal("", token.GetProperty("scope").GetString());
        Assert.Equal((string?)claims["sid"], token.GetProperty("sid").GetString());
        Assert.Equal((long)claims["exp"]!, token.GetProperty("exp").GetInt64());
        Assert.Equal((long)claims["iat"]!, token.GetProperty("iat").GetInt64());
        Assert.Equal(CortexApp.Issuer, token.GetProperty("iss").GetString());
    }

    /// <remarks>The caller's token still contains the role (OWASP ASVS 8.3.2).</remarks>
    [Fact]
    public async Task A_revoked_role_takes_effect_on_the_next_request()
    {
        var admin = await app.SignUpStaffAsync();
        var token = admin.Tokens.AccessToken;
        await (await admin.Http.PostFormAsync(Route, ("token", token))).ShouldBeAsync(HttpStatusCode.OK);

        await app.SqlAsync("DELETE FROM user_roles WHERE user_id = $1", admin.User.Id);

        await (await admin.Http.PostFormAsync(Route, ("token", token))).ShouldBeProblemAsync(403, "forbidden");
    }

    [Fact]
    public async Task An_API_key_is_described()
    {
        var (user, _, http) = await app.SignUpAsync();
        var created = await (await http.PostAsync("/api/v1/auth/api-keys/generate", new { name = "a", scopes = new[] { "a", "b:c" }, expires_in_days = 2 }))
            .JsonAsync(HttpStatusCode.Created);

        var token = await IntrospectAsync(created.GetProperty("key").GetString()!);

        Assert.Equal(
            ["active", "token_type", "sub", "email", "subscription_tier", "scope", "api_key_id", "exp", "iat", "iss"],
            token.EnumerateObject().Select(field => field.Name));
        Assert.True(token.GetProperty("active").GetBoolean());
        Assert.Equal("api_key", token.GetProperty("token_type").GetString());
        Assert.Equal(user.Id.ToString(), token.GetProperty("sub").GetString());
        Assert.Equal(user.Email, token.GetProperty("email").GetString());
        Assert.Equal("free", token.GetProperty("subscription_tier").GetString());
        Assert.Equal("a b:c", token.GetProperty("scope").GetString());
        Assert.Equal(created.GetProperty("id").GetString(), token.GetProperty("api_key_id").GetString());
        Assert.Equal(app.Clock.GetUtcNow().ToUnixTimeSeconds(), token.GetProperty("iat").GetInt64());
        Assert.Equal(2 * 24 * 3600, token.GetProperty("exp").GetInt64() - token.GetProperty("iat").GetInt64());
        Assert.Equal(CortexApp.Issuer, token.GetProperty("iss").GetString());
    }

    [Fact]
    public async Task A_key_that_never_expires_has_no_exp()
    {
        var (_, _, http) = await app.SignUpAsync();
        var (_, key) = await CortexApp.GenerateKeyAsync(http);

        Assert.False((await IntrospectAsync(key)).TryGetProperty("exp", out _));
    }

    [Fact]
    public async Task A_JSON_body_is_accepted_too()
    {
        var (user, tokens, _) = await app.SignUpAsync();

        var token = await (await (await app.IntrospectorAsync()).PostAsync(Route, new { token = tokens.AccessToken, token_type_hint = "access_token" }))
            .JsonAsync(HttpStatusCode.OK);

        Assert.Equal(user.Id.ToString(), token.GetProperty("sub").GetString());
    }

    [Fact]
    public async Task Anything_invalid_is_inactive_without_further_details()
    {
        var user = await app.SignUpWithTwoFactorAsync();
        var login = await app.Anonymous().PostAsync("/api/v1/auth/login", new { email = user.User.Email, password = user.User.Password });
        var challenge = (await login.ShouldBeProblemAsync(401, "two_factor_required")).GetProperty("two_factor_token").GetString()!;
        var (header, payload) = Jwt.Read(user.Tokens.AccessToken);
        string[] invalidTokens =
        [
            user.Tokens.RefreshToken, challenge, user.RecoveryCodes[0], "garbage", "a.b.c", "..", " ", "ü", "' OR 1=1--",
            "ctx_" + new string('0', 49), new('t', 30_000), $"{new string('t', 10_000)}.a.b",
            user.Tokens.AccessToken + "x", Jwt.Unsigned(header, payload), Jwt.Sign(header, payload, "a-secret-of-somebody-else-with-over-32-bytes"),
        ];
        var service = await app.IntrospectorAsync();
        foreach (var token in invalidTokens)
        {
            await ShouldBeInactiveAsync(await service.PostFormAsync(Route, ("token", token)));
            await ShouldBeInactiveAsync(await service.PostAsync(Route, new { token }));
        }

        await ShouldBeInactiveAsync(await service.PostAsync(Route, new { token = "a\0b" }));
    }

    [Fact]
    public async Task An_expired_token_and_one_of_an_ended_session_are_inactive()
    {
        var (_, ended, http) = await app.SignUpAsync();
        var (_, expired, _) = await app.SignUpAsync();
        await (await http.PostNothingAsync("/api/v1/auth/logout")).ShouldBeAsync(HttpStatusCode.NoContent);

        await ShouldBeInactiveAsync(ended.AccessToken);
        app.Clock.Advance(TimeSpan.FromSeconds(1806));
        await ShouldBeInactiveAsync(expired.AccessToken);
    }

    [Fact]
    public async Task Revoked_expired_and_disabled_keys_are_inactive()
    {
        var (_, _, http) = await app.SignUpAsync();
        var (revoked, revokedKey) = await CortexApp.GenerateKeyAsync(http);
        var (disabled, disabledKey) = await CortexApp.GenerateKeyAsync(http);
        var (expired, expiredKey) = await CortexApp.GenerateKeyAsync(http);
        await (await http.RemoveAsync("/api/v1/auth/api-keys/" + revoked)).ShouldBeAsync(HttpStatusCode.NoContent);
        await (await http.PatchAsync("/api/v1/auth/api-keys/" + disabled, new { is_active = false })).ShouldBeAsync(HttpStatusCode.OK);
        await app.SqlAsync("UPDATE api_keys SET expires_at = $2 WHERE id = $1", expired, app.Clock.GetUtcNow());

        foreach (var key in new[] { revokedKey, disabledKey, expiredKey })
        {
            await ShouldBeInactiveAsync(key);
        }
    }

    [Fact]
    public async Task Tokens_and_keys_of_a_disabled_user_are_inactive()
    {
        var (user, tokens, http) = await app.SignUpAsync();
        var (_, key) = await CortexApp.GenerateKeyAsync(http);
        await app.SqlAsync("UPDATE users SET is_active = false WHERE id = $1", user.Id);

        await ShouldBeInactiveAsync(tokens.AccessToken);
        await ShouldBeInactiveAsync(key);
    }

    [Fact]
    public async Task An_administrator_can_introspect()
    {
        var admin = await app.SignUpStaffAsync();
        var (user, tokens, _) = await app.SignUpAsync();

        var token = await (await admin.Http.PostFormAsync(Route, ("token", tokens.AccessToken))).JsonAsync(HttpStatusCode.OK);

        Assert.Equal(user.Id.ToString(), token.GetProperty("sub").GetString());
    }

    [Fact]
    public async Task An_administrator_without_a_second_factor_is_told_to_enable_one()
    {
        var (_, tokens, admin) = await app.SignUpAdminAsync();

        var problem = await (await admin.PostFormAsync(Route, ("token", tokens.AccessToken))).ShouldBeProblemAsync(403, "two_factor_required");

        Assert.Contains("/2fa/enable", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_callers_cannot_introspect()
    {
        var (user, tokens, http) = await app.SignUpAsync();
        var (_, key) = await CortexApp.GenerateKeyAsync(http, "introspection", "INTROSPECT");
        await (await http.PostFormAsync(Route, ("token", tokens.AccessToken))).ShouldBeProblemAsync(403, "forbidden");
        await app.MakeAdminAsync(user.Id);
        var (_, adminsKey) = await CortexApp.GenerateKeyAsync(app.WithToken((await app.LogInAsync(user)).AccessToken));

        await (await app.Anonymous().PostFormAsync(Route, ("token", tokens.AccessToken))).ShouldBeProblemAsync(401, "unauthenticated");
        await (await app.WithKey(key).PostFormAsync(Route, ("token", tokens.AccessToken))).ShouldBeProblemAsync(403, "insufficient_scope");
        await (await app.WithKey(adminsKey).PostFormAsync(Route, ("token", tokens.AccessToken))).ShouldBeProblemAsync(403, "insufficient_scope");
    }

    [Theory]
    [InlineData("", "application/x-www-form-urlencoded", "validation_failed")]
    [InlineData("token=", "application/x-www-form-urlencoded", "validation_failed")]
    [InlineData("token=a%00b", "application/x-www-form-urlencoded", "malformed_request")]
    [InlineData("other=a", "application/x-www-form-urlencoded", "validation_failed")]
    [InlineData("token=a&token=a", "application/x-www-form-urlencoded", "validation_failed")]
    [InlineData("{}", "application/json", "validation_failed")]
    [InlineData("""{"token":""}""", "application/json", "validation_failed")]
    [InlineData("""{"token":null}""", "application/json", "validation_failed")]
    [InlineData("""{"token":7}""", "application/json", "validation_failed")]
    [InlineData("""{"token":"a","token":"a"}""", "application/json", "malformed_request")]
    [InlineData("""{"token":"a","other":"b"}""", "application/json", "unknown_field")]
    [InlineData("{", "application/json", "malformed_request")]
    [InlineData("", "application/json", "malformed_request")]
    public async Task A_body_without_exactly_one_token_is_refused(string body, string mediaType, string code) =>
        await (await (await app.IntrospectorAsync()).PostTextAsync(Route, body, mediaType)).ShouldBeProblemAsync(400, code);

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/xml")]
    public async Task Another_media_type_is_refused(string mediaType) =>
        await (await (await app.IntrospectorAsync()).PostTextAsync(Route, "token=a", mediaType)).ShouldBeProblemAsync(415, "unsupported_media_type");

    [Fact]
    public async Task A_form_with_too_many_fields_or_too_long_a_name_is_refused()
    {
        var service = await app.IntrospectorAsync();

        var many = await service.PostTextAsync(
            Route, string.Join('&', Enumerable.Range(0, 2000).Select(index => $"f{index}=a")), "application/x-www-form-urlencoded");
        var longName = await service.PostTextAsync(Route, new string('n', 10_000) + "=a", "application/x-www-form-urlencoded");

        await many.ShouldBeProblemAsync(400, "malformed_request");
        await longName.ShouldBeProblemAsync(400, "malformed_request");
    }

    private async Task<JsonElement> IntrospectAsync(string token) =>
        await (await (await app.IntrospectorAsync()).PostFormAsync(Route, ("token", token))).JsonAsync(HttpStatusCode.OK);

    private async Task ShouldBeInactiveAsync(string token) =>
        await ShouldBeInactiveAsync(await (await app.IntrospectorAsync()).PostFormAsync(Route, ("token", token)));

    private static async Task ShouldBeInactiveAsync(HttpResponseMessage answer)
    {
        await answer.ShouldBeAsync(HttpStatusCode.OK);
        Assert.Equal("""{"active":false}""", await answer.TextAsync());
    }
}
