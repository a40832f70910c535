using System.Net;
using System.Text.Json;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.ApiKeys;

/// <remarks>A list shows only the caller's keys, with enough data to tell them apart, but without the keys themselves.</remarks>
public sealed class ListApiKeysTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Route = "/api/v1/auth/api-keys";

    [Fact]
    public async Task Keys_are_listed_newest_first_without_the_key()
    {
        var (_, _, http) = await app.SignUpAsync();
        var (first, text) = await CortexApp.GenerateKeyAsync(http, "a");
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        var (second, _) = await CortexApp.GenerateKeyAsync(http);

        var answer = await http.FetchAsync(Route);

        Assert.DoesNotContain(text, await answer.TextAsync(), StringComparison.Ordinal);
        var keys = (await answer.JsonAsync(HttpStatusCode.OK)).EnumerateArray().ToArray();
        Assert.Equal([second, first], keys.Select(key => key.GetProperty("id").GetGuid()));
        Assert.All(keys, key => Assert.Equal(
            ["id", "name", "prefix", "scopes", "is_active", "created_at", "expires_at", "last_used_at", "monthly_quota", "replaced_by_id"],
            key.EnumerateObject().Select(field => field.Name)));
        Assert.Equal(text[..12], keys[1].GetProperty("prefix").GetString());
        Assert.Equal(["a"], keys[1].GetProperty("scopes").EnumerateArray().Select(scope => scope.GetString()));
    }

    [Fact]
    public async Task Keys_of_others_are_not_listed()
    {
        var (_, _, stranger) = await app.SignUpAsync();
        await CortexApp.GenerateKeyAsync(stranger);
        var (_, _, http) = await app.SignUpAsync();

        Assert.Empty((await (await http.FetchAsync(Route)).JsonAsync(HttpStatusCode.OK)).EnumerateArray());
    }

    [Fact]
    public async Task A_row_of_the_Python_server_is_listed_with_what_is_known_of_it()
    {
        var (user, _, http) = await app.SignUpAsync();
        await app.SqlAsync(
            "INSERT INTO api_keys (user_id, key_hash, name, is_active, created_at) VALUES ($1, $2, NULL, NULL, NULL)", user.Id, Guid.NewGuid().ToString());

        var key = Assert.Single((await (await http.FetchAsync(Route)).JsonAsync(HttpStatusCode.OK)).EnumerateArray());

        Assert.All(["name", "prefix", "created_at", "expires_at", "last_used_at"], field => Assert.Equal(JsonValueKind.Null, key.GetProperty(field).ValueKind));
        Assert.True(key.GetProperty("is_active").GetBoolean());
        Assert.Empty(key.GetProperty("scopes").EnumerateArray());
    }

    [Fact]
    public async Task A_list_needs_a_token() => await (await app.Anonymous().FetchAsync(Route)).ShouldBeProblemAsync(401, "unauthenticated");
}
