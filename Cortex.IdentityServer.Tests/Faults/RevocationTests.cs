using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Faults;

/// <summary>What ends on one replica has ended on the other.</summary>
/// <remarks>What is ended on one replica is refused there at once and on every other one within 250 ms (OWASP ASVS 7.4.1).</remarks>
[Collection(FaultTests.Name)]
public sealed class RevocationTests(TwoServers servers) : IAsyncLifetime
{
    public ValueTask InitializeAsync() => servers.RestoreAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>A busy machine may need longer than the promised 250 ms, which a measurement shows and not a test. Without a notice it never happens.</summary>
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
    public async Task Who_logged_out_on_one_replica_is_out_on_the_other(string path)
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
    public async Task A_tier_and_a_role_that_an_operator_gives_or_takes_count_on_both_replicas()
    {
        var person = await A.SignUpAsync();
        await CacheOnBothAsync(person.Token);

        await servers.Postgres.SqlAsync("UPDATE users SET subscription_tier = 'pro' WHERE id = $1", person.Id);
        await WaitForBothAsync(
            "the tier of now", async replica => (await replica.GetAsync("verify", person.Token)).Headers.GetValues("X-Auth-Tier").Single() == "pro");

        await servers.Postgres.SqlAsync(
            "INSERT INTO roles (name, normalized_name) SELECT 'admin', 'admin' WHERE NOT EXISTS (SELECT FROM roles WHERE name = 'admin')");
        await servers.Postgres.SqlAsync("UPDATE users SET two_factor_enabled = true WHERE id = $1", person.Id);
        await servers.Postgres.SqlAsync("INSERT INTO user_roles (user_id, role_id) SELECT $1, id FROM roles WHERE name = 'admin'", person.Id);
        await WaitForBothAsync("an administrator may introspect", async replica => await IntrospectAsync(replica, person) == HttpStatusCode.OK);

        await servers.Postgres.SqlAsync("DELETE FROM user_roles WHERE user_id = $1", person.Id);
        await WaitForBothAsync("nobody else may", async replica => await IntrospectAsync(replica, person) == HttpStatusCode.Forbidden);
    }

    /// <remarks>Whether the other replica hears notices again or not: where it doesn't, it has to ask.</remarks>
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
    public async Task What_was_revoked_while_a_replica_was_cut_off_is_refused_once_it_is_back()
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
        // Twice, so that the second answer comes from memory.
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

    private async Task WaitForBothAsync(string what, Func<Replica, Task<bool>> isSo)
    {
        await Poll.UntilAsync(Timeout, $"{what} on B", () => isSo(B));
        await Poll.UntilAsync(Timeout, $"{what} on A", () => isSo(A));
    }
}
