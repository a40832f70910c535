using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Sessions;

/// <remarks>In whatever order the requests run, one current token is left (RFC 9700, section 4.14.2; CVE-2026-1035).</remarks>
public sealed class ParallelRefreshTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Route = "/api/v1/auth/refresh";

    [Fact]
    public async Task Sixteen_refreshes_on_two_replicas_leave_one_current_token()
    {
        var (user, tokens, _) = await app.SignUpAsync();
        using var second = app.StartReplica(out var replica);
        using var _ = replica;
        HttpClient[] replicas = [app.Anonymous(), second];

        var answers = await Concurrently.RunAsync(16, index => replicas[index % 2].PostAsync(Route, new { refresh_token = tokens.RefreshToken }));

        var children = new List<Tokens>();
        foreach (var answer in answers)
        {
            children.Add(Tokens.Of(await answer.JsonAsync(HttpStatusCode.OK)));
        }

        var child = Assert.Single(children.Select(pair => pair.RefreshToken).Distinct());
        Assert.Equal(1L, await app.SqlAsync("SELECT count(*) FROM sessions WHERE user_id = $1 AND ended_at IS NULL AND refresh_counter = 1", user.Id));
        var grandchild = Tokens.Of(await (await second.PostAsync(Route, new { refresh_token = child })).JsonAsync(HttpStatusCode.OK));
        await (await app.WithToken(grandchild.AccessToken).FetchAsync("/api/v1/auth/me")).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Sixteen_reuses_at_once_end_the_session_without_a_server_error()
    {
        var (user, tokens, _) = await app.SignUpAsync();
        await (await app.Anonymous().PostAsync(Route, new { refresh_token = tokens.RefreshToken })).JsonAsync(HttpStatusCode.OK);
        app.Clock.Advance(TimeSpan.FromSeconds(11));

        var answers = await Concurrently.RunAsync(16, _ => app.Anonymous().PostAsync(Route, new { refresh_token = tokens.RefreshToken }));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode));
        Assert.Equal(0L, await app.SqlAsync("SELECT count(*) FROM sessions WHERE user_id = $1 AND ended_at IS NULL", user.Id));
    }
}
