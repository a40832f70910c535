using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Faults;

/// <summary>A credential that is revoked on one replica is refused on the other.</summary>
/// <remarks>It is refused immediately on the replica that revokes it, and within 250 ms on all others (OWASP ASVS 7.4.1).</remarks>
[Collection(FaultTests.Name)]
public sealed class RevocationTests(TwoServers servers) : IAsyncLifetime
{
    public ValueTask InitializeAsync() => servers.RestoreAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>
    /// A busy machine may take longer than the promised 250 ms, which is measured elsewhere. Without a notification, the revocation would never arrive.
    /// </summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private Replica A => servers.A;

    private Replica B => servers.B;

    [Fact]
    public async Task A_key_that_is_revoked_on_one_replica_is_refused_on_the_other()
    {
        var owner = await A.SignUpAsync();
        var (id, key) = await A.NewKeyAsync(owner);
        await CacheOnBothAsync(key);

        await (await A.SendAsync(HttpMethod.Delete, $"api-keys/{id}", owner.Token)).ShouldBeAsync(HttpStatusCode.NoContent);

        await ShouldBeRefusedOnBothAsync(key);
        Assert.Equal(204, await B.VerifyAsync(owner.Token));
    }

    [Theory]
    [InlineData("logout")]
    [InlineData("logout/all")]
    public async Task A_user_who_logs_out_on_one_replica_is_logged_out_on_the_other(string path)
    {
        var person = await A.SignUpAsync();
        await CacheOnBothAsync(person.Token);

        await (await A.PostAsync(path, credential: person.Token)).ShouldBeAsync(HttpStatusCode.NoContent);

        await ShouldBeRefusedOnBothAsync(person.Token);
        await (await B.RefreshAsync(person.Tokens.RefreshToken)).ShouldBeProblemAsync(401, "invalid_refresh_token");
    }

    [Fact]
    public async Task A_changed_password_ends_the_other_sessions_on_both_replicas()
    {
        var person = await A.SignUpAsync();
        var other = Tokens.Of(await (await B.LogInAsync(person.Email)).JsonAsync(HttpStatusCode.OK));
        await CacheOnBothAsync(other.AccessToken);

        var change = new { current_password = Replica.Password, new_password = "another horse, another battery" };
        await (await A.SendAsync(HttpMethod.Patch, "me/password", person.Token, change)).ShouldBeAsync(HttpStatusCode.NoContent);

        await ShouldBeRefusedOnBothAsync(other.AccessToken);
        Assert.Equal(204, await B.VerifyAsync(person.Token));
    }

    [Fact]
    public async Task A_user_whom_an_operator_disables_is_refused_on_both_replicas_with_every_credential()
    {
        var person = await A.SignUpAsync();
        var (_, key) = await A.NewKeyAsync(person);
        await CacheOnBothAsync(person.Token);
        await CacheOnBothAsync(key);

        await servers.Postgres.SqlAsync("UPDATE users SET is_active = false WHERE id = $1", person.Id);

        await ShouldBeRefusedOnBothAsync(person.Token);
        await ShouldBeRefusedOnBothAsync(key);
    }

    [Fact]
    public async Task A_tier_or_role_that_an_operator_grants_or_removes_applies_on_both_replicas()
    {
        var person = await A.SignUpAsync();
        await CacheOnBothAsync(person.Token);

        await servers.Postgres.SqlAsync("UPDATE users SET subscription_tier = 'pro' WHERE id = $1", person.Id);
        await WaitForBothAsync(
            "the new tier", async replica => (await replica.GetAsync("verify", person.Token)).Headers.GetValues("X-Auth-Tier").Single() == "pro");

        await servers.Postgres.SqlAsync(
            "INSERT INTO roles (name, normalized_name) SELECT 'admin', 'admin' WHERE NOT EXISTS (SELECT FROM roles WHERE name = 'admin')");
        await servers.Postgres.SqlAsync("UPDATE users SET two_factor_enabled = true WHERE id = $1", person.Id);
        await servers.Postgres.SqlAsync("INSERT INTO user_roles (user_id, role_id) SELECT $1, id FROM roles WHERE name = 'admin'", person.Id);
        await WaitForBothAsync("introspection by an administrator", async replica => await IntrospectAsync(replica, person) == HttpStatusCode.OK);

        await servers.Postgres.SqlAsync("DELETE FROM user_roles WHERE user_id = $1", person.Id);
        await WaitForBothAsync("the refusal of other users", async replica => await IntrospectAsync(replica, person) == HttpStatusCode.Forbidden);
    }

    /// <remarks>This must also hold before the other replica listens again, when it has to query the database.</remarks>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_key_that_is_revoked_right_after_PostgreSQL_came_back_is_refused_on_the_other_replica(bool killed)
    {
        var owner = await A.SignUpAsync();
        var (id, key) = await A.NewKeyAsync(owner);
        await CacheOnBothAsync(key);

        await (killed ? servers.Postgres.KillAsync() : servers.Postgres.StopAsync());
        await servers.Postgres.StartAsync();
        await Poll.UntilAsync(
            Timeout, "the revocation",
            async () => (await A.SendAsync(HttpMethod.Delete, $"api-keys/{id}", owner.Token)).StatusCode == HttpStatusCode.NoContent);

        await ShouldBeRefusedOnBothAsync(key);
    }

    [Fact]
    public async Task Credentials_revoked_while_a_replica_was_disconnected_are_refused_once_it_reconnects()
    {
        var owner = await A.SignUpAsync();
        var (_, key) = await A.NewKeyAsync(owner);
        await CacheOnBothAsync(key);
        await CacheOnBothAsync(owner.Token);

        await servers.Proxy.CutAsync();
        await servers.Postgres.SqlAsync("UPDATE api_keys SET is_active = false WHERE user_id = $1", owner.Id);
        await servers.Postgres.SqlAsync("UPDATE sessions SET ended_at = now() WHERE user_id = $1", owner.Id);
        Assert.Equal(204, await B.VerifyAsync(key));
        servers.Proxy.Restore();

        await ShouldBeRefusedOnBothAsync(key);
        await ShouldBeRefusedOnBothAsync(owner.Token);
    }

    private static async Task<HttpStatusCode> IntrospectAsync(Replica replica, Person person) =>
        (await replica.PostAsync("introspect", new { token = "x" }, person.Token)).StatusCode;

    private async Task CacheOnBothAsync(string credential)
    {
        // The second response comes from the cache.
        foreach (var replica in new[] { A, B, A, B })
        {
            Assert.Equal(204, await replica.VerifyAsync(credential));
        }
    }

    private async Task ShouldBeRefusedOnBothAsync(string credential)
    {
        await WaitForBothAsync("a refusal", async replica => await replica.VerifyAsync(credential) == 401);
        foreach (var replica in new[] { A, B })
        {
            Assert.Equal(401, await replica.VerifyAsync(credential));
        }
    }

    private async Task WaitForBothAsync(string description, Func<Replica, Task<bool>> condition)
    {
        await Poll.UntilAsync(Timeout, $"{description} on B", () => condition(B));
        await Poll.UntilAsync(Timeout, $"{description} on A", () => condition(A));
    }
}
