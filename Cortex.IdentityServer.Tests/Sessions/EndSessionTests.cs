using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Sessions;

/// <remarks>Another user's session gets the same response as an unknown one (OWASP ASVS 8.2.2).</remarks>
public sealed class EndSessionTests(SharedUserApp app) : IClassFixture<SharedUserApp>
{
    private const string Route = "/api/v1/auth/sessions/";

    [Fact]
    public async Task A_user_ends_another_of_their_sessions()
    {
        var (user, _, http) = await app.SignUpAsync();
        var other = await app.LogInAsync(user);

        var answer = await http.RemoveAsync(Route + SessionOf(other));

        await answer.ShouldBeAsync(HttpStatusCode.NoContent);
        await (await app.WithToken(other.AccessToken).FetchAsync("/api/v1/auth/me")).ShouldBeProblemAsync(401, "session_revoked");
        await (await app.Anonymous().PostAsync("/api/v1/auth/refresh", new { refresh_token = other.RefreshToken }))
            .ShouldBeProblemAsync(401, "invalid_refresh_token");
        await (await http.FetchAsync("/api/v1/auth/me")).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_user_may_end_the_session_they_are_in()
    {
        var (_, tokens, http) = await app.SignUpAsync();

        await (await http.RemoveAsync(Route + SessionOf(tokens))).ShouldBeAsync(HttpStatusCode.NoContent);

        await (await http.FetchAsync("/api/v1/auth/me")).ShouldBeProblemAsync(401, "session_revoked");
    }

    [Fact]
    public async Task Foreign_unknown_and_ended_sessions_look_the_same()
    {
        var (user, _, http) = await app.SignUpAsync();
        var (_, foreign, stranger) = await app.SignUpAsync();
        var ended = SessionOf(await app.LogInAsync(user));
        await (await http.RemoveAsync(Route + ended)).ShouldBeAsync(HttpStatusCode.NoContent);

        var details = new List<string?>();
        foreach (var id in new[] { SessionOf(foreign), Guid.NewGuid().ToString(), ended })
        {
            var problem = await (await http.RemoveAsync(Route + id)).ShouldBeProblemAsync(404, "not_found");
            details.Add(problem.GetProperty("detail").GetString());
        }

        Assert.Single(details.Distinct());
        await (await stranger.FetchAsync("/api/v1/auth/me")).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("'%20OR%201=1--")]
    public async Task A_path_without_an_id_is_not_found(string id)
    {
        var (_, _, http) = await app.CallerAsync();

        await (await http.RemoveAsync(Route + id)).ShouldBeProblemAsync(404, "not_found");
    }

    [Fact]
    public async Task Ending_a_session_requires_a_token()
    {
        var (_, tokens, http) = await app.CallerAsync();

        await (await app.Anonymous().RemoveAsync(Route + SessionOf(tokens))).ShouldBeProblemAsync(401, "unauthenticated");

        await (await http.FetchAsync("/api/v1/auth/me")).ShouldBeAsync(HttpStatusCode.OK);
    }

    private static string SessionOf(Tokens tokens) => (string)Jwt.Read(tokens.AccessToken).Payload["sid"]!;
}
