using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Sessions;

/// <remarks>Access tokens end immediately too, not only when they expire (OWASP ASVS 7.4.1).</remarks>
public sealed class LogOutEverywhereTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Route = "/api/v1/auth/logout/all";

    [Fact]
    public async Task Every_session_of_the_user_ends_and_nobody_elses()
    {
        var (user, first, http) = await app.SignUpAsync();
        var second = await app.LogInAsync(user);
        var (_, _, stranger) = await app.SignUpAsync();

        await (await http.PostAsync(Route, new { })).ShouldBeAsync(HttpStatusCode.NoContent);

        foreach (var tokens in new[] { first, second })
        {
            await (await app.WithToken(tokens.AccessToken).FetchAsync("/api/v1/auth/me")).ShouldBeProblemAsync(401, "session_revoked");
            await (await app.Anonymous().PostAsync("/api/v1/auth/refresh", new { refresh_token = tokens.RefreshToken }))
                .ShouldBeProblemAsync(401, "invalid_refresh_token");
        }

        await (await stranger.FetchAsync("/api/v1/auth/me")).ShouldBeAsync(HttpStatusCode.OK);
        await app.LogInAsync(user);
    }

    [Fact]
    public async Task API_keys_keep_working()
    {
        var (_, _, http) = await app.SignUpAsync();
        var (_, key) = await CortexApp.GenerateKeyAsync(http);

        await (await http.PostNothingAsync(Route)).ShouldBeAsync(HttpStatusCode.NoContent);

        await (await app.WithKey(key).FetchAsync("/api/v1/auth/me")).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_unknown_field_is_refused_and_ends_nothing()
    {
        var (_, _, http) = await app.SignUpAsync();

        await (await http.PostTextAsync(Route, """{"user_id":"a"}""")).ShouldBeProblemAsync(400, "unknown_field");

        await (await http.FetchAsync("/api/v1/auth/me")).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Logging_out_requires_a_token() =>
        await (await app.Anonymous().PostNothingAsync(Route)).ShouldBeProblemAsync(401, "unauthenticated");
}
