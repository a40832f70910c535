using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.ApiKeys;

/// <summary>A server whose operator lists the scopes.</summary>
public sealed class ScopedApp(PostgresCluster cluster) : CortexApp(cluster)
{
    protected override IEnumerable<(string Name, string Value)> Settings => [("API_KEY_SCOPES", "memory:read, memory:write")];
}

/// <summary>The owner of a key chooses its scopes among those that the operator lists (<c>API_KEY_SCOPES</c>).</summary>
public sealed class ApiKeyScopesTests(ScopedApp app) : IClassFixture<ScopedApp>
{
    private const string Generate = "/api/v1/auth/api-keys/generate";

    [Fact]
    public async Task Listed_scopes_and_the_servers_own_may_be_chosen()
    {
        var (_, _, http) = await app.SignUpAsync();

        var (_, key) = await CortexApp.GenerateKeyAsync(http, "memory:read", "introspect", "usage:read");

        Assert.Equal("memory:read introspect usage:read", await ScopesAsync(key));
    }

    [Theory]
    [InlineData("memory:admin")]
    [InlineData("MEMORY:READ")]
    [InlineData("admin")]
    public async Task Another_scope_is_refused_and_the_response_names_the_allowed_ones(string scope)
    {
        var (user, _, http) = await app.SignUpAsync();

        var problem = await (await http.PostAsync(Generate, new { name = "k", scopes = new[] { "memory:read", scope } }))
            .ShouldBeProblemAsync(400, "validation_failed");

        var message = problem.GetProperty("errors").GetProperty("scopes")[0].GetString();
        Assert.Equal("must be among introspect, memory:read, memory:write, usage:read", message);
        Assert.Equal(0L, await app.SqlAsync("SELECT count(*) FROM api_keys WHERE user_id = $1", user.Id));
    }

    [Fact]
    public async Task Scopes_that_are_no_longer_listed_stop_working_until_they_are_listed_again()
    {
        var (user, _, http) = await app.SignUpAsync();
        var (id, key) = await CortexApp.GenerateKeyAsync(http, "memory:read");
        await app.SqlAsync("UPDATE api_keys SET scopes = '{memory:read,memory:admin}' WHERE id = $1", id);

        Assert.Equal("memory:read", await ScopesAsync(key));
        await (await app.WithKey(key).FetchAsync("/api/v1/auth/verify?scope=memory:admin")).ShouldBeProblemAsync(403, "insufficient_scope");
        using var elsewhere = app.StartReplica(out var replica, ("API_KEY_SCOPES", "memory:read,memory:admin"));
        using var _ = replica;
        elsewhere.DefaultRequestHeaders.Add("X-API-Key", key);
        var answer = await elsewhere.FetchAsync("/api/v1/auth/verify?scope=memory:admin");
        await answer.ShouldBeAsync(HttpStatusCode.NoContent);
        Assert.Equal(user.Id.ToString(), answer.Headers.GetValues("X-Auth-User-Id").Single());
    }

    [Theory]
    [InlineData("service")]
    [InlineData("admin")]
    public async Task Usage_write_works_while_its_owner_is_a_service_account_or_an_administrator(string role)
    {
        var (user, _, http) = await app.SignUpAsync();
        var (_, other) = await CortexApp.GenerateKeyAsync(http);
        await (await http.PostAsync(Generate, new { name = "k", scopes = new[] { "usage:write" } })).ShouldBeProblemAsync(403, "forbidden");
        await app.GrantRoleAsync(user.Id, role);

        var (_, key) = await CortexApp.GenerateKeyAsync(http, "usage:write", "memory:read");

        Assert.Equal("usage:write memory:read", await ScopesAsync(key));
        await app.SqlAsync("DELETE FROM user_roles WHERE user_id = $1", user.Id);
        Assert.Equal("memory:read", await ScopesAsync(key));
        Assert.Equal("", await ScopesAsync(other));
        await app.GrantRoleAsync(user.Id, role);
        Assert.Equal("usage:write memory:read", await ScopesAsync(key));
    }

    [Fact]
    public async Task Support_may_not_choose_usage_write()
    {
        var (user, _, http) = await app.SignUpAsync();
        await app.GrantRoleAsync(user.Id, "support");

        await (await http.PostAsync(Generate, new { name = "k", scopes = new[] { "usage:write" } })).ShouldBeProblemAsync(403, "forbidden");
    }

    private async Task<string> ScopesAsync(string key)
    {
        var answer = await app.WithKey(key).FetchAsync("/api/v1/auth/verify");
        await answer.ShouldBeAsync(HttpStatusCode.NoContent);
        return answer.Headers.TryGetValues("X-Auth-Scopes", out var values) ? values.Single() : "";
    }
}
