using System.Globalization;
using System.Net;
using System.Text.Json;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Sessions;

/// <remarks>Users see where they are logged in, and only their own sessions (OWASP ASVS 7.5.2).</remarks>
public sealed class ListSessionsTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Route = "/api/v1/auth/sessions";

    [Fact]
    public async Task A_session_is_listed_with_exactly_these_fields()
    {
        var (_, tokens, http) = await app.SignUpAsync();

        var session = Assert.Single(await ListAsync(http));

        Assert.Equal(
            ["id", "created_at", "last_used_at", "expires_at", "ip", "user_agent", "is_current"],
            session.EnumerateObject().Select(field => field.Name));
        Assert.Equal((string?)Jwt.Read(tokens.AccessToken).Payload["sid"], session.GetProperty("id").GetString());
        Assert.Equal("127.0.0.1", session.GetProperty("ip").GetString());
        Assert.Equal(JsonValueKind.Null, session.GetProperty("user_agent").ValueKind);
        Assert.True(session.GetProperty("is_current").GetBoolean());
        Assert.All(
            new[] { "created_at", "last_used_at", "expires_at" },
            field => Assert.EndsWith("Z", session.GetProperty(field).GetString(), StringComparison.Ordinal));
        Assert.Equal(TimeSpan.FromDays(30), TimeOf(session, "expires_at") - TimeOf(session, "created_at"));
    }

    [Fact]
    public async Task Sessions_come_newest_first_and_only_the_callers_is_current()
    {
        var (user, _, http) = await app.SignUpAsync();
        app.Clock.Advance(TimeSpan.FromMinutes(1));
        var second = await app.LogInAsync(user);

        var ofFirst = await ListAsync(http);
        var ofSecond = await ListAsync(app.WithToken(second.AccessToken));

        Assert.Equal([false, true], ofFirst.Select(session => session.GetProperty("is_current").GetBoolean()));
        Assert.Equal([true, false], ofSecond.Select(session => session.GetProperty("is_current").GetBoolean()));
        Assert.True(TimeOf(ofFirst[0], "created_at") > TimeOf(ofFirst[1], "created_at"));
    }

    [Fact]
    public async Task A_refresh_updates_the_last_use_and_the_expiry()
    {
        var (_, tokens, http) = await app.SignUpAsync();
        app.Clock.Advance(TimeSpan.FromMinutes(20));
        await (await app.Anonymous().PostAsync("/api/v1/auth/refresh", new { refresh_token = tokens.RefreshToken })).ShouldBeAsync(HttpStatusCode.OK);

        var session = Assert.Single(await ListAsync(http));

        Assert.Equal(TimeSpan.FromMinutes(20), TimeOf(session, "last_used_at") - TimeOf(session, "created_at"));
        Assert.Equal(TimeSpan.FromDays(30), TimeOf(session, "expires_at") - TimeOf(session, "last_used_at"));
    }

    [Fact]
    public async Task Ended_and_expired_sessions_and_those_of_others_are_not_shown()
    {
        var (user, _, _) = await app.SignUpAsync();
        var ended = await app.LogInAsync(user);
        await (await app.WithToken(ended.AccessToken).PostNothingAsync("/api/v1/auth/logout")).ShouldBeAsync(HttpStatusCode.NoContent);
        app.Clock.Advance(TimeSpan.FromDays(30));
        var now = await app.LogInAsync(user);
        await app.SignUpAsync();

        var session = Assert.Single(await ListAsync(app.WithToken(now.AccessToken)));

        Assert.True(session.GetProperty("is_current").GetBoolean());
    }

    [Theory]
    [InlineData("Firefox/133.0 (X11; Linux)", "Firefox/133.0 (X11; Linux)")]
    [InlineData("cur\u00ADl/\tß", "cur\u00ADl/?ß")]
    [InlineData("\U0001F511 key", "?? key")]
    [InlineData("<script>alert(1)</script>", "<script>alert(1)</script>")]
    public async Task The_user_agent_is_shown_without_control_characters(string sent, string shown)
    {
        var session = await LogInWithUserAgentAsync(sent);

        Assert.Equal(shown, session.GetProperty("user_agent").GetString());
    }

    [Fact]
    public async Task A_long_user_agent_is_truncated()
    {
        var session = await LogInWithUserAgentAsync(new string('u', 4000));

        Assert.Equal(new string('u', 512), session.GetProperty("user_agent").GetString());
    }

    [Fact]
    public async Task A_list_needs_a_token() => await (await app.Anonymous().FetchAsync(Route)).ShouldBeProblemAsync(401, "unauthenticated");

    private async Task<JsonElement> LogInWithUserAgentAsync(string userAgent)
    {
        var user = await app.RegisterAsync();
        using var handler = new SocketsHttpHandler { RequestHeaderEncodingSelector = (_, _) => System.Text.Encoding.UTF8 };
        using var http = new HttpClient(handler) { BaseAddress = app.BaseAddress };
        http.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", userAgent);
        var tokens = Tokens.Of(
            await (await http.PostAsync("/api/v1/auth/login", new { email = user.Email, password = user.Password })).JsonAsync(HttpStatusCode.OK));
        return Assert.Single(await ListAsync(app.WithToken(tokens.AccessToken)));
    }

    private static async Task<JsonElement[]> ListAsync(HttpClient http) =>
        [.. (await (await http.FetchAsync(Route)).JsonAsync(HttpStatusCode.OK)).EnumerateArray()];

    private static DateTimeOffset TimeOf(JsonElement session, string field) =>
        DateTimeOffset.Parse(session.GetProperty(field).GetString()!, CultureInfo.InvariantCulture);
}
