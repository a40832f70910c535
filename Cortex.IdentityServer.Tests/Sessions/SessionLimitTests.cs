using System.Net;
using System.Text.Json;
using Cortex.IdentityServer.Identity.Sessions;
using Cortex.IdentityServer.Tests.Admin.Users;
using Cortex.IdentityServer.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace Cortex.IdentityServer.Tests.Sessions;

/// <summary>An account has at most 100 active sessions; a login beyond that ends the least recently used one.</summary>
public sealed class SessionLimitTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Route = "/api/v1/auth/sessions";
    private const string Live = "SELECT count(*) FROM sessions WHERE user_id = $1 AND ended_at IS NULL";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_least_recently_used_session_makes_room_and_is_refused_on_every_replica()
    {
        var (user, tokens, http) = await app.QuickSignUpAsync();
        var first = (string?)Jwt.Read(tokens.AccessToken).Payload["sid"];

        // Used later than anything this test does with the first session.
        await OldSessionsAsync(user.Id, 99, unusedHours: -1);
        using var elsewhere = app.StartReplica(out var replica);
        using var _ = replica;
        elsewhere.DefaultRequestHeaders.Authorization = new("Bearer", tokens.AccessToken);
        await (await elsewhere.FetchAsync("/api/v1/auth/verify")).ShouldBeAsync(HttpStatusCode.NoContent);
        await (await http.FetchAsync("/api/v1/auth/verify")).ShouldBeAsync(HttpStatusCode.NoContent);

        var newest = await app.LogInAsync(user);

        Assert.Equal(100L, await app.SqlAsync(Live, user.Id));
        await (await http.FetchAsync("/api/v1/auth/verify")).ShouldBeProblemAsync(401, "session_revoked");
        await (await elsewhere.FetchUntilStatusAsync("/api/v1/auth/verify", HttpStatusCode.Unauthorized)).ShouldBeProblemAsync(401, "session_revoked");
        await (await app.Anonymous().PostAsync("/api/v1/auth/refresh", new { refresh_token = tokens.RefreshToken }))
            .ShouldBeProblemAsync(401, "invalid_refresh_token");
        var (actor, details) = await app.SingleEventAsync("session.ended", user.Id);
        Assert.Equal(user.Id, actor);
        Assert.Equal(first, details.GetProperty("session_id").GetString());
        Assert.Equal("limit", details.GetProperty("reason").GetString());
        Assert.Equal(100, (await ListAsync(app.WithToken(newest.AccessToken))).Count);
    }

    [Fact]
    public async Task Sixteen_logins_at_once_on_two_replicas_leave_a_hundred_sessions()
    {
        var user = await app.QuickUserAsync();
        await OldSessionsAsync(user.Id, 95, unusedHours: 1);
        using var elsewhere = app.StartReplica(out var replica);
        using var _ = replica;

        var answers = await Concurrently.StatusesAsync(16, index =>
            (index % 2 == 0 ? app.Anonymous() : elsewhere).PostAsync("/api/v1/auth/login", new { email = user.Email, password = user.Password }));

        Assert.All(answers, status => Assert.Equal(HttpStatusCode.OK, status));
        Assert.Equal(100L, await app.SqlAsync(Live, user.Id));
        Assert.Equal(11L, await app.CountEventsAsync("session.ended", user.Id));
        Assert.Equal(
            11L, await app.SqlAsync("SELECT count(*) FROM sessions WHERE user_id = $1 AND end_reason = 'limit' AND last_used_at < created_at", user.Id));
    }

    [Fact]
    public async Task A_login_ends_no_session_below_the_limit_or_if_the_others_have_ended()
    {
        var user = await app.QuickUserAsync();
        await OldSessionsAsync(user.Id, 99, unusedHours: 1);
        await OldSessionsAsync(user.Id, 50, unusedHours: 24 * 40);
        await app.SqlAsync(
            "UPDATE sessions SET idle_expires_at = $2 WHERE user_id = $1 AND last_used_at < $2", user.Id, app.Clock.GetUtcNow().AddDays(-1).UtcDateTime);

        await app.LogInAsync(user);

        Assert.Equal(0L, await app.CountEventsAsync("session.ended", user.Id));
    }

    [Fact]
    public async Task An_account_with_60000_sessions_lists_100_and_the_others_end()
    {
        var (user, _, http) = await app.QuickSignUpAsync();
        await OldSessionsAsync(user.Id, 60_000, unusedHours: 1);

        var list = await ListAsync(http);

        Assert.Equal(100, list.Count);
        Assert.Single(list, session => session.GetProperty("is_current").GetBoolean());

        // A login ends some of them, and the job at startup and every hour ends the rest.
        await app.LogInAsync(user);
        Assert.Equal(60_002L - 500, await app.SqlAsync(Live, user.Id));
        await app.Services.GetRequiredService<SessionLimit>().EnforceAsync(Cancel);

        Assert.Equal(100L, await app.SqlAsync(Live, user.Id));
        Assert.Equal(59_902L, await app.CountEventsAsync("session.ended", user.Id));
        await (await http.FetchAsync("/api/v1/auth/verify")).ShouldBeAsync(HttpStatusCode.NoContent);
        Assert.Equal(100, (await ListAsync(http)).Count);
        var export = await (await http.FetchAsync("/api/v1/auth/me/export")).JsonAsync(HttpStatusCode.OK);
        Assert.Equal(60_002, export.GetProperty("sessions").GetArrayLength());
    }

    private static async Task<List<JsonElement>> ListAsync(HttpClient http) =>
        [.. (await (await http.FetchAsync(Route)).JsonAsync(HttpStatusCode.OK)).EnumerateArray()];

    /// <summary>Inserts sessions as another program, or this server before it had a limit, left them.</summary>
    private Task<object?> OldSessionsAsync(Guid userId, int count, int unusedHours) => app.SqlAsync(
        """
        INSERT INTO sessions (id, user_id, refresh_counter, created_at, authenticated_at, last_used_at, expires_at, idle_expires_at, methods)
        SELECT gen_random_uuid(), $1, 0, $3, $3, $3 - $4 * interval '1 hour' - number * interval '1 millisecond', $3 + interval '90 days',
            $3 + interval '30 days', '{pwd}'
        FROM generate_series(1, $2) AS number
        """,
        userId,
        count,
        app.Clock.GetUtcNow().UtcDateTime,
        unusedHours);
}
