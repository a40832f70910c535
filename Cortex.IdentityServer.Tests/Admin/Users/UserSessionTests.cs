using System.Net;
using System.Text.Json;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Admin.Users;

/// <summary>Staff see the sessions of a user and end one of them.</summary>
public sealed class UserSessionTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Chrome = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";

    [Fact]
    public async Task The_sessions_of_the_user_are_listed_by_their_last_use()
    {
        var (_, http) = await app.QuickStaffAsync("support");
        var (user, tokens, _) = await app.QuickSignUpAsync();
        app.Clock.Advance(TimeSpan.FromMinutes(2));
        var second = await LogInWithChromeAsync(user);
        await app.QuickSignUpAsync();

        var list = await ListAsync(http, user.Id);

        Assert.Equal([SessionOf(second), SessionOf(tokens)], list.Select(session => session.GetProperty("id").GetGuid()));
        Assert.Equal(["Chrome on Windows", null], list.Select(session => session.GetProperty("device").GetString()));
        Assert.Equal("127.0.0.1", list[0].GetProperty("ip").GetString());
        Assert.All(list, session => Assert.False(session.GetProperty("is_current").GetBoolean()));
    }

    [Fact]
    public async Task Staff_see_which_of_their_own_sessions_is_this_one()
    {
        var (staff, http) = await app.QuickStaffAsync("support");
        app.Clock.Advance(TimeSpan.FromMinutes(2));
        await app.SqlAsync("UPDATE users SET two_factor_enabled = false WHERE id = $1", staff.Id);
        await app.LogInAsync(staff);
        await app.SqlAsync("UPDATE users SET two_factor_enabled = true WHERE id = $1", staff.Id);

        Assert.Equal([true, false], (await ListAsync(http, staff.Id)).Select(session => session.GetProperty("is_current").GetBoolean()));
    }

    [Fact]
    public async Task One_session_ends_and_the_others_go_on()
    {
        var (support, http) = await app.QuickStaffAsync("support");
        var (user, tokens, own) = await app.QuickSignUpAsync();
        var other = app.WithToken((await app.LogInAsync(user)).AccessToken);

        await (await http.RemoveAsync(PathOf(user.Id, SessionOf(tokens)))).ShouldBeAsync(HttpStatusCode.NoContent);

        await (await own.FetchAsync("/api/v1/auth/me")).ShouldBeProblemAsync(401, "session_revoked");
        await (await other.FetchAsync("/api/v1/auth/me")).ShouldBeAsync(HttpStatusCode.OK);
        var (actor, details) = await app.SingleEventAsync("session.ended", user.Id);
        Assert.Equal(support.Id, actor);
        Assert.Equal(SessionOf(tokens), details.GetProperty("session_id").GetGuid());
        Assert.Equal("ended_by_administrator", details.GetProperty("reason").GetString());
        Assert.Single(await ListAsync(http, user.Id));
        await (await http.RemoveAsync(PathOf(user.Id, SessionOf(tokens)))).ShouldBeProblemAsync(404, "not_found");
    }

    [Fact]
    public async Task A_session_of_another_user_or_an_unknown_one_is_not_found()
    {
        var (_, http) = await app.QuickStaffAsync();
        var (user, _, _) = await app.QuickSignUpAsync();
        var (_, tokens, other) = await app.QuickSignUpAsync();

        await (await http.RemoveAsync(PathOf(user.Id, SessionOf(tokens)))).ShouldBeProblemAsync(404, "not_found");
        await (await http.RemoveAsync(PathOf(user.Id, Guid.NewGuid()))).ShouldBeProblemAsync(404, "not_found");
        await (await http.RemoveAsync(PathOf(Guid.NewGuid(), SessionOf(tokens)))).ShouldBeProblemAsync(404, "not_found");
        await (await http.RemoveAsync($"{Administrators.Users}/{user.Id}/sessions/garbage")).ShouldBeProblemAsync(404, "not_found");
        await (await http.FetchAsync($"{Administrators.Users}/{Guid.NewGuid()}/sessions")).ShouldBeProblemAsync(404, "not_found");
        await (await other.FetchAsync("/api/v1/auth/me")).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Support_sees_but_cannot_end_the_session_of_an_administrator()
    {
        var (_, http) = await app.QuickStaffAsync("support");
        var (admin, adminHttp) = await app.QuickStaffAsync();
        var session = (await ListAsync(http, admin.Id)).Single().GetProperty("id").GetGuid();

        await (await http.RemoveAsync(PathOf(admin.Id, session))).ShouldBeProblemAsync(403, "forbidden");

        await (await adminHttp.FetchAsync("/api/v1/auth/me")).ShouldBeAsync(HttpStatusCode.OK);
    }

    private static string PathOf(Guid user, Guid session) => $"{Administrators.Users}/{user}/sessions/{session}";

    private static Guid SessionOf(Tokens tokens) => Guid.Parse((string)Jwt.Read(tokens.AccessToken).Payload["sid"]!);

    private static async Task<JsonElement[]> ListAsync(HttpClient http, Guid user) =>
        [.. (await (await http.FetchAsync($"{Administrators.Users}/{user}/sessions")).JsonAsync(HttpStatusCode.OK)).EnumerateArray()];

    private async Task<Tokens> LogInWithChromeAsync(TestUser user)
    {
        var http = app.Anonymous();
        http.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", Chrome);
        return Tokens.Of(
            await (await http.PostAsync("/api/v1/auth/login", new { email = user.Email, password = user.Password })).JsonAsync(HttpStatusCode.OK));
    }
}
