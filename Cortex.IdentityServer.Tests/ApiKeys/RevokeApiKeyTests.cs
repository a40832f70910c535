using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.ApiKeys;

/// <remarks>
/// A revoked key is refused immediately on every replica (OWASP ASVS 7.4.1). For other users' keys and unknown ones see <see cref="UpdateApiKeyTests"/>.
/// </remarks>
public sealed class RevokeApiKeyTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Route = "/api/v1/auth/api-keys/";

    [Fact]
    public async Task A_revoked_key_is_refused_at_once_on_the_other_replica_too()
    {
        var (_, _, http) = await app.SignUpAsync();
        var (id, text) = await CortexApp.GenerateKeyAsync(http);
        using var second = app.StartReplica(out var replica);
        using var _ = replica;
        second.DefaultRequestHeaders.Add("X-API-Key", text);
        await (await second.FetchAsync("/api/v1/auth/me")).ShouldBeAsync(HttpStatusCode.OK);

        await (await http.RemoveAsync(Route + id)).ShouldBeAsync(HttpStatusCode.NoContent);

        await (await second.FetchUntilStatusAsync("/api/v1/auth/me", HttpStatusCode.Unauthorized)).ShouldBeProblemAsync(401, "invalid_api_key");
        await (await app.WithKey(text).FetchAsync("/api/v1/auth/me")).ShouldBeProblemAsync(401, "invalid_api_key");
        Assert.Empty((await (await http.FetchAsync("/api/v1/auth/api-keys")).JsonAsync(HttpStatusCode.OK)).EnumerateArray());
    }

    [Fact]
    public async Task A_key_is_revoked_once()
    {
        var (_, _, http) = await app.SignUpAsync();
        var (id, _) = await CortexApp.GenerateKeyAsync(http);
        await (await http.RemoveAsync(Route + id)).ShouldBeAsync(HttpStatusCode.NoContent);

        await (await http.RemoveAsync(Route + id)).ShouldBeProblemAsync(404, "not_found");
    }

    [Fact]
    public async Task Other_keys_keep_working()
    {
        var (_, _, http) = await app.SignUpAsync();
        var (id, _) = await CortexApp.GenerateKeyAsync(http);
        var (_, other) = await CortexApp.GenerateKeyAsync(http);

        await (await http.RemoveAsync(Route + id)).ShouldBeAsync(HttpStatusCode.NoContent);

        await (await app.WithKey(other).FetchAsync("/api/v1/auth/me")).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Usage_still_refers_to_a_revoked_key_which_keeps_its_name()
    {
        var (user, _, http) = await app.SignUpAsync();
        var (id, text) = await CortexApp.GenerateKeyAsync(http);
        await app.SqlAsync("INSERT INTO usage_logs (user_id, api_key_id, endpoint) VALUES ($1, $2, '/chat')", user.Id, id);

        await (await http.RemoveAsync(Route + id)).ShouldBeAsync(HttpStatusCode.NoContent);

        Assert.Equal(
            $"test {text[..12]} false {app.Clock.GetUtcNow():yyyy-MM-dd HH:mm}",
            await app.SqlAsync(
                "SELECT concat_ws(' ', name, prefix, CASE WHEN is_active THEN 'true' ELSE 'false' END, "
                    + "to_char(revoked_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI')) FROM usage_logs JOIN api_keys ON api_keys.id = api_key_id "
                    + "WHERE usage_logs.user_id = $1", user.Id));
    }

    /// <remarks>The update of one row changes no usage, so its time doesn't depend on how much there is.</remarks>
    [Fact]
    public async Task Revoking_a_key_changes_no_usage()
    {
        var (user, _, http) = await app.SignUpAsync();
        var (id, _) = await CortexApp.GenerateKeyAsync(http);
        await app.SqlAsync("INSERT INTO usage_logs (user_id, api_key_id, endpoint) SELECT $1, $2, '/chat' FROM generate_series(1, 1000)", user.Id, id);
        const string Versions = "SELECT string_agg(xmin::text || ctid::text, ',' ORDER BY ctid) FROM usage_logs WHERE user_id = $1";
        var before = await app.SqlAsync(Versions, user.Id);

        await (await http.RemoveAsync(Route + id)).ShouldBeAsync(HttpStatusCode.NoContent);

        Assert.Equal(before, await app.SqlAsync(Versions, user.Id));
    }
}
