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
            ["id", "created_at", "last_used_at", "expires_at", "ip", "user_agent", "device", "is_current"],
            session.EnumerateObject().Select(field => field.Name));
        Assert.Equal((string?)Jwt.Read(tokens.AccessToken).Payload["sid"], session.GetProperty("id").GetString());
        Assert.Equal("127.0.0.1", session.GetProperty("ip").GetString());
        Assert.Equal(JsonValueKind.Null, session.GetProperty("user_agent").ValueKind);
        Assert.Equal(JsonValueKind.Null, session.GetProperty("device").ValueKind);
        Assert.True(session.GetProperty("is_current").GetBoolean());
        Assert.All(
            new[] { "created_at", "last_used_at", "expires_at" },
            field => Assert.EndsWith("Z", session.GetProperty(field).GetString(), StringComparison.Ordinal));
        Assert.Equal(TimeSpan.FromDays(30), TimeOf(session, "expires_at") - TimeOf(session, "created_at"));
    }

    [Fact]
    public async Task The_current_session_comes_first_and_the_others_by_their_last_use()
    {
        var (user, first, http) = await app.SignUpAsync();
        app.Clock.Advance(TimeSpan.FromMinutes(5));
        var second = await app.LogInAsync(user);
        app.Clock.Advance(TimeSpan.FromMinutes(5));
        var third = await app.LogInAsync(user);
        app.Clock.Advance(TimeSpan.FromMinutes(5));
        await (await app.Anonymous().PostAsync("/api/v1/auth/refresh", new { refresh_token = first.RefreshToken })).ShouldBeAsync(HttpStatusCode.OK);

        Assert.Equal(Ids(second, first, third), Ids(await ListAsync(app.WithToken(second.AccessToken))));
        Assert.Equal([true, false, false], (await ListAsync(http)).Select(session => session.GetProperty("is_current").GetBoolean()));
        Assert.Equal(Ids(first)[0], Ids(await ListAsync(http))[0]);
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
    public async Task The_device_is_named_by_the_user_agent()
    {
        var session = await LogInWithUserAgentAsync(
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36");

        Assert.Equal("Chrome on Windows", session.GetProperty("device").GetString());
    }

    [Fact]
    public async Task A_long_user_agent_is_truncated()
    {
        var session = await LogInWithUserAgentAsync(new string('u', 4000));

        Assert.Equal(new string('u', 512), session.GetProperty("user_agent").GetString());
    }

    [Fact]
    public async Task A_list_needs_a_token() => await (await app.Anonymous().FetchAsync(Route)).ShouldBeProblemAsync(401, "unauthenticated");

    private static string?[] Ids(params Tokens[] sessions) => [.. sessions.Select(tokens => (string?)Jwt.Read(tokens.AccessToken).Payload["sid"])];

    private static string?[] Ids(JsonElement[] sessions) => [.. sessions.Select(session => session.GetProperty("id").GetString())];

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
