using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Sessions;

/// <remarks>The access token ends immediately too, not only when it expires (OWASP ASVS 7.4.1).</remarks>
public sealed class LogOutTests(SharedUserApp app) : IClassFixture<SharedUserApp>
{
    private const string Route = "/api/v1/auth/logout";

    [Fact]
    public async Task Logging_out_ends_access_and_refresh_token_at_once_on_the_other_replica_too()
    {
        var (user, tokens, http) = await app.SignUpAsync();
        using var second = app.StartReplica(out var replica);
        using var _ = replica;
        second.DefaultRequestHeaders.Authorization = http.DefaultRequestHeaders.Authorization;
        await (await second.FetchAsync("/api/v1/auth/me")).ShouldBeAsync(HttpStatusCode.OK);

        await (await http.PostAsync(Route, new { })).ShouldBeAsync(HttpStatusCode.NoContent);

        foreach (var server in new[] { second, http })
        {
            await (await server.FetchUntilStatusAsync("/api/v1/auth/me", HttpStatusCode.Unauthorized)).ShouldBeProblemAsync(401, "session_revoked");
            await (await server.PostAsync("/api/v1/auth/refresh", new { refresh_token = tokens.RefreshToken }))
                .ShouldBeProblemAsync(401, "invalid_refresh_token");
        }

        Assert.Equal("logout", await app.SqlAsync("SELECT end_reason FROM sessions WHERE user_id = $1", user.Id));
    }

    [Fact]
    public async Task No_body_is_like_an_empty_one()
    {
        var (_, _, http) = await app.SignUpAsync();

        var answer = await http.PostNothingAsync(Route);

        await answer.ShouldBeAsync(HttpStatusCode.NoContent);
        Assert.Equal("", await answer.TextAsync());
        await (await http.FetchAsync("/api/v1/auth/me")).ShouldBeProblemAsync(401, "session_revoked");
    }

    [Theory]
    [InlineData("""{"session_id":"a"}""", "unknown_field")]
    [InlineData("[]", "malformed_request")]
    [InlineData("{", "malformed_request")]
    public async Task An_invalid_body_ends_no_session(string body, string code)
    {
        var (_, _, http) = await app.CallerAsync();

        await (await http.PostTextAsync(Route, body)).ShouldBeProblemAsync(400, code);

        await (await http.FetchAsync("/api/v1/auth/me")).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_session_can_be_logged_out_once()
    {
        var (_, _, http) = await app.SignUpAsync();
        await (await http.PostNothingAsync(Route)).ShouldBeAsync(HttpStatusCode.NoContent);

        await (await http.PostNothingAsync(Route)).ShouldBeProblemAsync(401, "session_revoked");
    }

    [Fact]
    public async Task Other_sessions_stay_active()
    {
        var (user, _, http) = await app.SignUpAsync();
        var other = await app.LogInAsync(user);

        await (await http.PostNothingAsync(Route)).ShouldBeAsync(HttpStatusCode.NoContent);

        await (await app.WithToken(other.AccessToken).FetchAsync("/api/v1/auth/me")).ShouldBeAsync(HttpStatusCode.OK);
        await (await app.Anonymous().PostAsync("/api/v1/auth/refresh", new { refresh_token = other.RefreshToken })).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Logging_out_requires_a_token() =>
        await (await app.Anonymous().PostNothingAsync(Route)).ShouldBeProblemAsync(401, "unauthenticated");
}
