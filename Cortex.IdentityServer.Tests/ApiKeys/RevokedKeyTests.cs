using System.Net;
using System.Text.Json;
using Cortex.IdentityServer.Tests.Admin.Users;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.ApiKeys;

/// <remarks>The row of a revoked key stays for the usage that refers to it, but nobody sees the key, and nothing turns it on again (decision 0025).</remarks>
public sealed class RevokedKeyTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Me = "/api/v1/auth/me";
    private const string Route = "/api/v1/auth/api-keys/";

    [Fact]
    public async Task The_owner_cannot_see_or_change_it()
    {
        var (user, _, http) = await app.QuickSignUpAsync();
        var id = await RevokedKeyAsync(http);

        Assert.Empty((await (await http.FetchAsync(Route)).JsonAsync(HttpStatusCode.OK)).EnumerateArray());
        await (await http.PatchAsync(Route + id, new { name = "back" })).ShouldBeProblemAsync(404, "not_found");
        await (await http.PatchAsync(Route + id, new { is_active = true })).ShouldBeProblemAsync(404, "not_found");
        await (await http.PostAsync($"{Route}{id}/rotate", new { })).ShouldBeProblemAsync(404, "not_found");
        await (await http.RemoveAsync(Route + id)).ShouldBeProblemAsync(404, "not_found");

        Assert.Equal("test", await app.SqlAsync("SELECT name FROM api_keys WHERE id = $1 AND NOT is_active AND revoked_at IS NOT NULL", id));
        Assert.Equal(1L, await app.SqlAsync("SELECT count(*) FROM audit_events WHERE user_id = $1 AND action = 'api_key.revoked'", user.Id));
    }

    [Fact]
    public async Task Staff_cannot_see_or_revoke_it()
    {
        var (_, staff) = await app.QuickStaffAsync();
        var (user, _, http) = await app.QuickSignUpAsync();
        var id = await RevokedKeyAsync(http);

        Assert.Empty((await (await staff.FetchAsync(StaffSteps.PathOf(user.Id, "/api-keys"))).JsonAsync(HttpStatusCode.OK)).EnumerateArray());
        await (await staff.RemoveAsync(StaffSteps.PathOf(user.Id, $"/api-keys/{id}"))).ShouldBeProblemAsync(404, "not_found");

        // Even if another program turned it on again, it wouldn't be one of the user's active keys.
        await app.SqlAsync("UPDATE api_keys SET is_active = true WHERE id = $1", id);
        Assert.Equal(0, (await staff.DetailsAsync(user.Id)).GetProperty("active_api_keys").GetInt32());
    }

    [Fact]
    public async Task Another_program_that_turns_it_on_does_not_revive_it_on_any_replica()
    {
        var (_, _, http) = await app.QuickSignUpAsync();
        var (id, text) = await CortexApp.GenerateKeyAsync(http);
        using var second = app.StartReplica(out var replica);
        using var _ = replica;
        second.DefaultRequestHeaders.Add("X-API-Key", text);
        await (await second.FetchAsync(Me)).ShouldBeAsync(HttpStatusCode.OK);
        await (await app.WithKey(text).FetchAsync(Me)).ShouldBeAsync(HttpStatusCode.OK);
        await (await http.RemoveAsync(Route + id)).ShouldBeAsync(HttpStatusCode.NoContent);
        await (await second.FetchUntilStatusAsync(Me, HttpStatusCode.Unauthorized)).ShouldBeProblemAsync(401, "invalid_api_key");

        await app.SqlAsync("UPDATE api_keys SET is_active = true, expires_at = NULL WHERE id = $1", id);

        for (var tries = 0; tries < 10; tries++)
        {
            await (await app.WithKey(text).FetchAsync(Me)).ShouldBeProblemAsync(401, "invalid_api_key");
            await (await second.FetchAsync(Me)).ShouldBeProblemAsync(401, "invalid_api_key");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task Of_sixteen_concurrent_requests_one_revokes_it()
    {
        var (user, _, http) = await app.QuickSignUpAsync();
        var (id, _) = await CortexApp.GenerateKeyAsync(http);

        var answers = await Concurrently.StatusesAsync(16, _ => http.RemoveAsync(Route + id));

        Assert.Single(answers, HttpStatusCode.NoContent);
        Assert.Equal(15, answers.Count(status => status == HttpStatusCode.NotFound));
        Assert.Equal(1L, await app.SqlAsync("SELECT count(*) FROM audit_events WHERE user_id = $1 AND action = 'api_key.revoked'", user.Id));
    }

    /// <remarks>The export contains everything that the server stores about the owner.</remarks>
    [Fact]
    public async Task The_export_contains_it_with_the_time_of_the_revocation()
    {
        var (_, _, http) = await app.QuickSignUpAsync();
        var id = await RevokedKeyAsync(http);
        var (live, _) = await CortexApp.GenerateKeyAsync(http);

        var export = await (await http.FetchAsync(Me + "/export")).JsonAsync(HttpStatusCode.OK);

        var keys = export.GetProperty("api_keys").EnumerateArray().ToDictionary(key => key.GetProperty("id").GetGuid());
        Assert.Equal(2, keys.Count);
        Assert.Equal(app.Clock.GetUtcNow(), keys[id].GetProperty("revoked_at").GetDateTimeOffset(), TimeSpan.FromSeconds(1));
        Assert.False(keys[id].GetProperty("is_active").GetBoolean());
        Assert.Equal(JsonValueKind.Null, keys[live].GetProperty("revoked_at").ValueKind);
    }

    /// <remarks>A reset of an account that was never verified revokes the keys of whoever registered it, and leaves the usage alone.</remarks>
    [Fact]
    public async Task A_reset_of_an_unverified_account_revokes_all_keys_and_changes_no_usage()
    {
        var (user, _, http) = await app.SignUpAsync();
        var revoked = await RevokedKeyAsync(http);
        var (first, text) = await CortexApp.GenerateKeyAsync(http);
        var (second, _) = await CortexApp.GenerateKeyAsync(http);
        await app.SqlAsync("INSERT INTO usage_logs (user_id, api_key_id, endpoint) SELECT $1, $2, '/chat' FROM generate_series(1, 100)", user.Id, first);
        const string Usage = "SELECT string_agg(xmin::text || api_key_id, ',' ORDER BY id) FROM usage_logs WHERE user_id = $1";
        var before = await app.SqlAsync(Usage, user.Id);

        await (await app.ResetAsync(await app.ResetTokenAsync(user.Email))).ShouldBeAsync(HttpStatusCode.NoContent);

        await (await app.WithKey(text).FetchAsync(Me)).ShouldBeProblemAsync(401, "invalid_api_key");
        Assert.Equal(before, await app.SqlAsync(Usage, user.Id));
        Assert.Equal(
            3L, await app.SqlAsync("SELECT count(*) FROM api_keys WHERE user_id = $1 AND revoked_at IS NOT NULL AND NOT is_active AND name = 'test'", user.Id));
        Assert.Equal(
            string.Join(',', new[] { revoked, first, second }.Select(id => id.ToString()).Order(StringComparer.Ordinal)),
            await app.SqlAsync(
                "SELECT string_agg(details->>'api_key_id', ',' ORDER BY details->>'api_key_id' COLLATE \"C\") FROM audit_events WHERE user_id = $1 AND "
                    + "action = 'api_key.revoked'", user.Id));
    }

    private static async Task<Guid> RevokedKeyAsync(HttpClient http)
    {
        var (id, _) = await CortexApp.GenerateKeyAsync(http);
        await (await http.RemoveAsync(Route + id)).ShouldBeAsync(HttpStatusCode.NoContent);
        return id;
    }
}
