using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.ApiKeys;

/// <remarks>An inactive key is refused immediately; another user's key looks like one that doesn't exist (OWASP ASVS 8.2.2).</remarks>
public sealed class UpdateApiKeyTests(SharedUserApp app) : IClassFixture<SharedUserApp>
{
    private const string Route = "/api/v1/auth/api-keys/";

    [Fact]
    public async Task A_new_name_changes_nothing_else()
    {
        var (_, _, http) = await app.CallerAsync();
        var (id, text) = await CortexApp.GenerateKeyAsync(http, "a");

        var key = await (await http.PatchAsync(Route + id, new { name = "renamed" })).JsonAsync(HttpStatusCode.OK);

        Assert.Equal(
            ["id", "name", "prefix", "scopes", "is_active", "created_at", "expires_at", "last_used_at", "monthly_quota", "replaced_by_id"],
            key.EnumerateObject().Select(field => field.Name));
        Assert.Equal(id, key.GetProperty("id").GetGuid());
        Assert.Equal("renamed", key.GetProperty("name").GetString());
        Assert.True(key.GetProperty("is_active").GetBoolean());
        await (await app.WithKey(text).FetchAsync("/api/v1/auth/me")).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_key_that_is_switched_off_is_refused_and_works_again_when_switched_on()
    {
        var (_, _, http) = await app.CallerAsync();
        var (id, text) = await CortexApp.GenerateKeyAsync(http);
        var service = app.WithKey(text);
        await (await service.FetchAsync("/api/v1/auth/me")).ShouldBeAsync(HttpStatusCode.OK);

        var off = await (await http.PatchAsync(Route + id, new { is_active = false })).JsonAsync(HttpStatusCode.OK);
        await (await service.FetchAsync("/api/v1/auth/me")).ShouldBeProblemAsync(401, "invalid_api_key");
        var on = await (await http.PatchAsync(Route + id, new { is_active = true })).JsonAsync(HttpStatusCode.OK);
        await (await service.FetchAsync("/api/v1/auth/me")).ShouldBeAsync(HttpStatusCode.OK);

        Assert.False(off.GetProperty("is_active").GetBoolean());
        Assert.True(on.GetProperty("is_active").GetBoolean());
        Assert.Equal("test", on.GetProperty("name").GetString());
    }

    [Fact]
    public async Task An_empty_change_changes_nothing()
    {
        var (_, _, http) = await app.CallerAsync();
        var (id, _) = await CortexApp.GenerateKeyAsync(http);

        var key = await (await http.PatchAsync(Route + id, new { })).JsonAsync(HttpStatusCode.OK);

        Assert.Equal("test", key.GetProperty("name").GetString());
        Assert.True(key.GetProperty("is_active").GetBoolean());
    }

    [Theory]
    [InlineData("name", "", "validation_failed")]
    [InlineData("name", "a\u0000b", "validation_failed")]
    [InlineData("name", "a\r\nb", "validation_failed")]
    [InlineData("name", 7, "validation_failed")]
    [InlineData("is_active", "false", "validation_failed")]
    [InlineData("is_active", 0, "validation_failed")]
    [InlineData("scopes", "introspect", "unknown_field")]
    [InlineData("expires_at", null, "unknown_field")]
    [InlineData("user_id", "a", "unknown_field")]
    public async Task An_invalid_change_is_refused(string field, object? value, string code)
    {
        var (_, _, http) = await app.CallerAsync();
        var (id, _) = await CortexApp.GenerateKeyAsync(http);

        await (await http.PatchAsync(Route + id, new Dictionary<string, object?> { [field] = value })).ShouldBeProblemAsync(400, code);

        Assert.Equal("test", await app.SqlAsync("SELECT name FROM api_keys WHERE id = $1 AND is_active AND scopes = '{}'", id));
    }

    [Fact]
    public async Task Foreign_and_unknown_keys_look_the_same_to_every_route()
    {
        var (_, _, stranger) = await app.SignUpAsync();
        var (foreign, text) = await CortexApp.GenerateKeyAsync(stranger);
        var (_, _, http) = await app.CallerAsync();

        foreach (var id in new[] { foreign.ToString(), Guid.NewGuid().ToString(), "7" })
        {
            await (await http.PatchAsync(Route + id, new { name = "mine", is_active = false })).ShouldBeProblemAsync(404, "not_found");
            await (await http.PatchAsync(Route + id, new { is_active = true })).ShouldBeProblemAsync(404, "not_found");
            await (await http.PostAsync($"{Route}{id}/rotate", new { })).ShouldBeProblemAsync(404, "not_found");
            await (await http.RemoveAsync(Route + id)).ShouldBeProblemAsync(404, "not_found");
        }

        await (await app.WithKey(text).FetchAsync("/api/v1/auth/me")).ShouldBeAsync(HttpStatusCode.OK);
        Assert.Equal("test", await app.SqlAsync("SELECT name FROM api_keys WHERE id = $1", foreign));
    }
}
