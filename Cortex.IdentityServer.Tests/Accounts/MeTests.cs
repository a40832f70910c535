using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Accounts;

public sealed class MeTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Route = "/api/v1/auth/me";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_session_gets_the_user_that_registration_returned()
    {
        var email = app.NewEmail();
        var registered = await (await app.Anonymous().PostAsync("/api/v1/auth/register", new { email, password = TestUser.DefaultPassword }))
            .JsonAsync(HttpStatusCode.Created);
        var tokens = await app.LogInAsync(new(registered.GetProperty("id").GetGuid(), email, TestUser.DefaultPassword));

        var response = await app.WithToken(tokens.AccessToken).GetAsync(Route, Cancel);

        var me = await response.JsonAsync(HttpStatusCode.OK);
        Assert.Equal(registered.GetRawText(), me.GetRawText());
        Assert.True(response.Headers.CacheControl?.NoStore);
    }

    [Fact]
    public async Task An_API_key_gets_its_owner()
    {
        var (user, _, http) = await app.SignUpAsync();
        var (_, key) = await CortexApp.GenerateKeyAsync(http);

        var me = await (await app.WithKey(key).GetAsync(Route, Cancel)).JsonAsync(HttpStatusCode.OK);

        Assert.Equal(user.Id, me.GetProperty("id").GetGuid());
        Assert.Equal(8, me.EnumerateObject().Count());
    }

    [Fact]
    public async Task An_anonymous_caller_is_refused() => await (await app.Anonymous().GetAsync(Route, Cancel)).ShouldBeProblemAsync(401, "unauthenticated");

    [Fact]
    public async Task A_change_is_visible_and_updates_updated_at()
    {
        var (user, _, http) = await app.SignUpAsync();
        var before = await (await http.GetAsync(Route, Cancel)).JsonAsync(HttpStatusCode.OK);
        await app.SqlAsync("UPDATE users SET subscription_tier = 'pro', is_verified = true WHERE id = $1", user.Id);

        var after = await (await http.GetAsync(Route, Cancel)).JsonAsync(HttpStatusCode.OK);

        Assert.Equal("pro", after.GetProperty("subscription_tier").GetString());
        Assert.True(after.GetProperty("is_verified").GetBoolean());
        Assert.Equal(before.GetProperty("created_at").GetString(), after.GetProperty("created_at").GetString());
        Assert.True(after.GetProperty("updated_at").GetDateTimeOffset() > before.GetProperty("updated_at").GetDateTimeOffset());
    }

    [Fact]
    public async Task NULLs_written_by_an_older_program_read_as_the_defaults()
    {
        var (user, _, http) = await app.SignUpAsync();
        await app.SqlAsync("UPDATE users SET subscription_tier = NULL, is_active = NULL, is_verified = NULL, two_factor_enabled = NULL WHERE id = $1", user.Id);

        var me = await (await http.GetAsync(Route, Cancel)).JsonAsync(HttpStatusCode.OK);

        Assert.Equal("free", me.GetProperty("subscription_tier").GetString());
        Assert.True(me.GetProperty("is_active").GetBoolean());
        Assert.False(me.GetProperty("is_verified").GetBoolean());
        Assert.False(me.GetProperty("two_factor_enabled").GetBoolean());
    }

    [Fact]
    public async Task A_deleted_user_is_refused()
    {
        var (user, _, http) = await app.SignUpAsync();
        await app.SqlAsync("DELETE FROM users WHERE id = $1", user.Id);

        await (await http.GetAsync(Route, Cancel)).ShouldBeProblemAsync(401, "session_revoked");
    }
}
