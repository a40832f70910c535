using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Sessions;

/// <remarks>Every refresh replaces the token, and using a token again ends the session (RFC 9700, section 4.14.2; decision 0003).</remarks>
public sealed class RefreshTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Route = "/api/v1/auth/refresh";

    [Fact]
    public async Task A_refresh_gives_a_new_pair_that_works()
    {
        var (user, tokens, _) = await app.SignUpAsync();

        var answer = await (await RefreshAsync(tokens.RefreshToken)).JsonAsync(HttpStatusCode.OK);

        Assert.Equal(
            ["access_token", "token_type", "expires_in", "refresh_token", "refresh_expires_in"],
            answer.EnumerateObject().Select(field => field.Name));
        Assert.Equal("bearer", answer.GetProperty("token_type").GetString());
        Assert.Equal(1800, answer.GetProperty("expires_in").GetInt32());
        Assert.Equal(30 * 24 * 3600, answer.GetProperty("refresh_expires_in").GetInt64());
        var renewed = Tokens.Of(answer);
        Assert.NotEqual(tokens.RefreshToken, renewed.RefreshToken);
        Assert.NotEqual(tokens.AccessToken, renewed.AccessToken);
        var me = await (await app.WithToken(renewed.AccessToken).FetchAsync("/api/v1/auth/me")).JsonAsync(HttpStatusCode.OK);
        Assert.Equal(user.Id, me.GetProperty("id").GetGuid());
        await (await RefreshAsync(renewed.RefreshToken)).JsonAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task No_cache_stores_the_response()
    {
        var (_, tokens, _) = await app.SignUpAsync();

        var answer = await RefreshAsync(tokens.RefreshToken);

        Assert.Equal("no-store", answer.Headers.GetValues("Cache-Control").Single());
    }

    [Fact]
    public async Task Both_access_tokens_of_a_session_name_it()
    {
        var (_, tokens, http) = await app.SignUpAsync();

        var renewed = Tokens.Of(await (await RefreshAsync(tokens.RefreshToken)).JsonAsync(HttpStatusCode.OK));

        var (before, after) = (Jwt.Read(tokens.AccessToken).Payload, Jwt.Read(renewed.AccessToken).Payload);
        Assert.Equal((string?)before["sid"], (string?)after["sid"]);
        Assert.NotEqual((string?)before["jti"], (string?)after["jti"]);
        await (await http.FetchAsync("/api/v1/auth/me")).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task For_ten_seconds_the_direct_predecessor_gets_the_same_successor_again()
    {
        var (_, tokens, _) = await app.SignUpAsync();
        var first = Tokens.Of(await (await RefreshAsync(tokens.RefreshToken)).JsonAsync(HttpStatusCode.OK));
        app.Clock.Advance(TimeSpan.FromSeconds(9));

        var again = Tokens.Of(await (await RefreshAsync(tokens.RefreshToken)).JsonAsync(HttpStatusCode.OK));

        Assert.Equal(first.RefreshToken, again.RefreshToken);
        await (await app.WithToken(again.AccessToken).FetchAsync("/api/v1/auth/me")).ShouldBeAsync(HttpStatusCode.OK);
        await (await RefreshAsync(first.RefreshToken)).JsonAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_repeat_within_the_grace_does_not_prolong_it()
    {
        var (_, tokens, _) = await app.SignUpAsync();
        await (await RefreshAsync(tokens.RefreshToken)).JsonAsync(HttpStatusCode.OK);
        app.Clock.Advance(TimeSpan.FromSeconds(9));
        await (await RefreshAsync(tokens.RefreshToken)).JsonAsync(HttpStatusCode.OK);
        app.Clock.Advance(TimeSpan.FromSeconds(2));

        await (await RefreshAsync(tokens.RefreshToken)).ShouldBeProblemAsync(401, "refresh_token_reused");
    }

    [Fact]
    public async Task After_eleven_seconds_a_used_token_ends_the_session_and_its_access_tokens()
    {
        var (_, tokens, http) = await app.SignUpAsync();
        var child = Tokens.Of(await (await RefreshAsync(tokens.RefreshToken)).JsonAsync(HttpStatusCode.OK));
        app.Clock.Advance(TimeSpan.FromSeconds(11));

        await (await RefreshAsync(tokens.RefreshToken)).ShouldBeProblemAsync(401, "refresh_token_reused");

        await (await RefreshAsync(child.RefreshToken)).ShouldBeProblemAsync(401, "invalid_refresh_token");
        await (await http.FetchAsync("/api/v1/auth/me")).ShouldBeProblemAsync(401, "session_revoked");
        await (await app.WithToken(child.AccessToken).FetchAsync("/api/v1/auth/me")).ShouldBeProblemAsync(401, "session_revoked");
        Assert.Equal("refresh_token_reused", await app.SqlAsync("SELECT end_reason FROM sessions WHERE id = $1", SessionOf(tokens)));
    }

    [Fact]
    public async Task A_token_older_than_the_parent_ends_the_session_at_once()
    {
        var (_, first, _) = await app.SignUpAsync();
        var second = Tokens.Of(await (await RefreshAsync(first.RefreshToken)).JsonAsync(HttpStatusCode.OK));
        var third = Tokens.Of(await (await RefreshAsync(second.RefreshToken)).JsonAsync(HttpStatusCode.OK));

        await (await RefreshAsync(first.RefreshToken)).ShouldBeProblemAsync(401, "refresh_token_reused");

        await (await RefreshAsync(third.RefreshToken)).ShouldBeProblemAsync(401, "invalid_refresh_token");
        await (await app.WithToken(third.AccessToken).FetchAsync("/api/v1/auth/me")).ShouldBeProblemAsync(401, "session_revoked");
    }

    [Fact]
    public async Task A_reuse_ends_only_its_own_session()
    {
        var (user, first, _) = await app.SignUpAsync();
        var other = await app.LogInAsync(user);
        await (await RefreshAsync(first.RefreshToken)).JsonAsync(HttpStatusCode.OK);
        app.Clock.Advance(TimeSpan.FromSeconds(11));

        await (await RefreshAsync(first.RefreshToken)).ShouldBeProblemAsync(401, "refresh_token_reused");

        await (await RefreshAsync(other.RefreshToken)).JsonAsync(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("ctr_")]
    [InlineData("' OR 1=1--")]
    [InlineData("ctr_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("a\0b")]
    [InlineData("\U0001F511")]
    public async Task Garbage_is_no_refresh_token(string garbage) =>
        await (await RefreshAsync(garbage)).ShouldBeProblemAsync(401, "invalid_refresh_token");

    [Fact]
    public async Task A_tampered_token_is_refused_and_uses_up_nothing()
    {
        var (_, tokens, _) = await app.SignUpAsync();
        var place = tokens.RefreshToken.Length / 3;
        var tampered = tokens.RefreshToken[..place] + (tokens.RefreshToken[place] == 'A' ? 'B' : 'A') + tokens.RefreshToken[(place + 1)..];

        foreach (var other in new[]
        {
            tampered, tokens.RefreshToken + "=", tokens.RefreshToken + " ", tokens.RefreshToken[..^1], tokens.RefreshToken.ToUpperInvariant(),
        })
        {
            await (await RefreshAsync(other)).ShouldBeProblemAsync(401, "invalid_refresh_token");
        }

        await (await RefreshAsync(tokens.RefreshToken)).JsonAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Other_kinds_of_tokens_are_no_refresh_tokens()
    {
        var user = await app.SignUpWithTwoFactorAsync();
        var login = await app.Anonymous().PostAsync("/api/v1/auth/login", new { email = user.User.Email, password = user.User.Password });
        var challenge = (await login.ShouldBeProblemAsync(401, "two_factor_required")).GetProperty("two_factor_token").GetString()!;
        var (_, key) = await CortexApp.GenerateKeyAsync(user.Http);

        foreach (var other in new[] { user.Tokens.AccessToken, challenge, key, user.RecoveryCodes[0] })
        {
            await (await RefreshAsync(other)).ShouldBeProblemAsync(401, "invalid_refresh_token");
        }
    }

    /// <remarks>CVE-2026-9802: another server forgot after a restart which tokens had been used.</remarks>
    [Fact]
    public async Task A_used_token_stays_used_on_a_server_that_starts_later()
    {
        var (_, first, _) = await app.SignUpAsync();
        var second = Tokens.Of(await (await RefreshAsync(first.RefreshToken)).JsonAsync(HttpStatusCode.OK));
        var third = Tokens.Of(await (await RefreshAsync(second.RefreshToken)).JsonAsync(HttpStatusCode.OK));
        using var later = app.StartReplica(out var replica);
        using var _ = replica;

        await (await later.PostAsync(Route, new { refresh_token = first.RefreshToken })).ShouldBeProblemAsync(401, "refresh_token_reused");

        await (await later.PostAsync(Route, new { refresh_token = third.RefreshToken })).ShouldBeProblemAsync(401, "invalid_refresh_token");
    }

    [Fact]
    public async Task A_new_access_token_has_current_data()
    {
        var (user, tokens, _) = await app.SignUpAsync();
        await app.SqlAsync("UPDATE users SET subscription_tier = 'pro', email = $2 WHERE id = $1", user.Id, "new-" + user.Email);

        var renewed = Tokens.Of(await (await RefreshAsync(tokens.RefreshToken)).JsonAsync(HttpStatusCode.OK));

        var claims = Jwt.Read(renewed.AccessToken).Payload;
        Assert.Equal("pro", (string?)claims["subscription_tier"]);
        Assert.Equal("new-" + user.Email, (string?)claims["email"]);
    }

    [Fact]
    public async Task A_disabled_user_cannot_refresh_and_an_enabled_one_can_again()
    {
        var (user, tokens, _) = await app.SignUpAsync();
        await app.SqlAsync("UPDATE users SET is_active = false WHERE id = $1", user.Id);

        await (await RefreshAsync(tokens.RefreshToken)).ShouldBeProblemAsync(401, "invalid_refresh_token");

        await app.SqlAsync("UPDATE users SET is_active = true WHERE id = $1", user.Id);
        await (await RefreshAsync(tokens.RefreshToken)).JsonAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_deleted_user_cannot_refresh()
    {
        var (user, tokens, _) = await app.SignUpAsync();
        await app.SqlAsync("DELETE FROM users WHERE id = $1", user.Id);

        await (await RefreshAsync(tokens.RefreshToken)).ShouldBeProblemAsync(401, "invalid_refresh_token");
    }

    [Fact]
    public async Task The_database_does_not_contain_the_token()
    {
        var (user, tokens, _) = await app.SignUpAsync();

        var row = (string)(await app.SqlAsync("SELECT to_jsonb(s)::text FROM sessions s WHERE user_id = $1", user.Id))!;

        Assert.DoesNotContain(tokens.RefreshToken, row, StringComparison.Ordinal);
        Assert.DoesNotContain(tokens.RefreshToken[^43..], row, StringComparison.Ordinal);
        Assert.DoesNotContain(tokens.RefreshToken, app.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}", "validation_failed")]
    [InlineData("""{"refresh_token":null}""", "validation_failed")]
    [InlineData("""{"refresh_token":""}""", "validation_failed")]
    [InlineData("""{"refresh_token":7}""", "validation_failed")]
    [InlineData("""{"refresh_token":["a"]}""", "validation_failed")]
    [InlineData("""{"refresh_token":"a","user_id":"b"}""", "unknown_field")]
    [InlineData("{", "malformed_request")]
    [InlineData("", "validation_failed")]
    public async Task An_invalid_body_is_refused(string body, string code) =>
        await (await app.Anonymous().PostTextAsync(Route, body)).ShouldBeProblemAsync(400, code);

    [Fact]
    public async Task A_body_that_is_not_JSON_is_refused() =>
        await (await app.Anonymous().PostTextAsync(Route, "refresh_token=a", "application/x-www-form-urlencoded"))
            .ShouldBeProblemAsync(415, "unsupported_media_type");

    private Task<HttpResponseMessage> RefreshAsync(string token) => app.Anonymous().PostAsync(Route, new { refresh_token = token });

    private static Guid SessionOf(Tokens tokens) => Guid.Parse((string)Jwt.Read(tokens.AccessToken).Payload["sid"]!);
}
