using System.Net;
using System.Text.Json;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.ApiKeys;

/// <summary>An account has at most 200 keys that aren't revoked, so that lists stay short.</summary>
public sealed class ApiKeyLimitTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Route = "/api/v1/auth/api-keys";

    [Fact]
    public async Task With_200_inactive_keys_none_can_be_created_until_one_is_revoked()
    {
        var (user, _, http) = await app.SignUpAsync();
        await AddInactiveKeysAsync(user.Id, 199);
        var (id, _) = await CortexApp.GenerateKeyAsync(http);

        await (await http.PostAsync(Route + "/generate", new { name = "one too many" })).ShouldBeProblemAsync(409, "api_key_limit");

        await (await http.RemoveAsync($"{Route}/{id}")).ShouldBeAsync(HttpStatusCode.NoContent);
        await (await http.PostAsync(Route + "/generate", new { name = "the 200th" })).ShouldBeAsync(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Sixteen_at_once_do_not_exceed_the_limit()
    {
        var (user, _, http) = await app.SignUpAsync();
        await AddInactiveKeysAsync(user.Id, 197);

        var answers = await Concurrently.StatusesAsync(16, index => http.PostAsync(Route + "/generate", new { name = $"key {index}" }));

        Assert.Equal(3, answers.Count(status => status == HttpStatusCode.Created));
        Assert.Equal(13, answers.Count(status => status == HttpStatusCode.Conflict));
    }

    [Fact]
    public async Task At_the_limit_a_rotation_revokes_the_replaced_key_that_expired_first()
    {
        var (user, _, http) = await app.SignUpAsync();
        var (id, _) = await CortexApp.GenerateKeyAsync(http);
        await AddInactiveKeysAsync(user.Id, 199);

        // Without an overlap, the old key itself has expired and makes room; with an overlap, there is no room.
        await (await http.PostAsync($"{Route}/{id}/rotate", new { overlap_seconds = 60 })).ShouldBeProblemAsync(409, "api_key_limit");
        var second = await (await http.PostAsync($"{Route}/{id}/rotate", new { })).JsonAsync(HttpStatusCode.Created);
        Assert.Equal(0L, await app.SqlAsync("SELECT count(*) FROM api_keys WHERE id = $1 AND revoked_at IS NULL", id));
        Assert.Equal(200L, await CountAsync(user.Id));

        await app.SqlAsync(
            "UPDATE api_keys SET replaced_by_id = $2, expires_at = now() - interval '1 day' WHERE id = (SELECT id FROM api_keys WHERE user_id = $1 AND NOT "
                + "is_active AND revoked_at IS NULL LIMIT 1)",
            user.Id, Guid.NewGuid());
        await (await http.PostAsync($"{Route}/{second.GetProperty("id").GetGuid()}/rotate", new { overlap_seconds = 60 }))
            .ShouldBeAsync(HttpStatusCode.Created);
        Assert.Equal(200L, await CountAsync(user.Id));
        Assert.Equal(2L, await app.SqlAsync("SELECT count(*) FROM audit_events WHERE user_id = $1 AND action = 'api_key.revoked'", user.Id));
    }

    [Fact]
    public async Task A_list_of_60000_keys_shows_200_active_ones_first_and_each_can_be_changed()
    {
        var (user, _, http) = await app.SignUpAsync();
        var (working, _) = await CortexApp.GenerateKeyAsync(http);
        await app.SqlAsync("UPDATE api_keys SET created_at = now() - interval '1 year' WHERE id = $1", working);
        await AddInactiveKeysAsync(user.Id, 60_000);
        var hidden = (Guid)(await app.SqlAsync("SELECT id FROM api_keys WHERE user_id = $1 AND NOT is_active ORDER BY created_at, id DESC LIMIT 1", user.Id))!;

        var list = await ListAsync(http);

        Assert.Equal(200, list.Count);
        Assert.Contains(list, key => key.GetProperty("id").GetGuid() == working);
        await (await http.PatchAsync($"{Route}/{hidden}", new { name = "found" })).ShouldBeAsync(HttpStatusCode.OK);
        await (await http.RemoveAsync($"{Route}/{hidden}")).ShouldBeAsync(HttpStatusCode.NoContent);
        await (await http.PostAsync(Route + "/generate", new { name = "no" })).ShouldBeProblemAsync(409, "api_key_limit");
        var export = await (await http.FetchAsync("/api/v1/auth/me/export")).JsonAsync(HttpStatusCode.OK);
        var exported = export.GetProperty("api_keys").EnumerateArray().ToList();
        Assert.Equal(60_001, exported.Count);
        Assert.Equal(hidden, Assert.Single(exported, key => key.GetProperty("revoked_at").ValueKind != JsonValueKind.Null).GetProperty("id").GetGuid());
    }

    [Fact]
    public async Task Revoked_keys_count_toward_neither_limit()
    {
        var (user, _, http) = await app.SignUpAsync();
        await app.SqlAsync(
            "INSERT INTO api_keys (user_id, key_hash, revoked_at) SELECT $1, gen_random_uuid()::text, now() FROM generate_series(1, 300)", user.Id);
        for (var number = 0; number < 50; number++)
        {
            await CortexApp.GenerateKeyAsync(http);
        }

        await (await http.PostAsync(Route + "/generate", new { name = "the 51st" })).ShouldBeProblemAsync(409, "api_key_limit");
        var list = await ListAsync(http);
        Assert.Equal(50, list.Count);
        await (await http.RemoveAsync($"{Route}/{list[0].GetProperty("id").GetGuid()}")).ShouldBeAsync(HttpStatusCode.NoContent);
        await (await http.PostAsync(Route + "/generate", new { name = "the 50th again" })).ShouldBeAsync(HttpStatusCode.Created);
    }

    private static async Task<List<JsonElement>> ListAsync(HttpClient http) =>
        [.. (await (await http.FetchAsync(Route)).JsonAsync(HttpStatusCode.OK)).EnumerateArray()];

    private async Task<long> CountAsync(Guid userId) => (long)(await app.SqlAsync(
        "SELECT count(*) FROM api_keys WHERE user_id = $1 AND revoked_at IS NULL", userId))!;

    private Task<object?> AddInactiveKeysAsync(Guid userId, int count) => app.SqlAsync(
        "INSERT INTO api_keys (user_id, key_hash, is_active, created_at) SELECT $1, gen_random_uuid()::text, false, now() - number * interval '1 second' "
            + "FROM generate_series(1, $2) AS number", userId, count);
}
