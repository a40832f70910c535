using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Faults;

/// <summary>One of the servers reaches PostgreSQL through a pooler that gives a connection to each transaction and doesn't support LISTEN.</summary>
[Collection(FaultTests.Name)]
public sealed class PoolerTests(TwoServers servers) : IAsyncLifetime
{
    private static readonly TimeSpan PollingLimit = TimeSpan.FromSeconds(2.5);

    private readonly PgBouncer _pooler = new();

    public async ValueTask InitializeAsync()
    {
        await servers.RestoreAsync();
        Assert.SkipUnless(PgBouncer.IsInstalled, "pgbouncer is not installed");
        await _pooler.StartAsync(servers.Postgres.ConnectionString);
    }

    public ValueTask DisposeAsync() => _pooler.DisposeAsync();

    [Fact]
    public async Task A_server_behind_a_pooler_works_says_once_what_it_lacks_and_hears_of_a_revocation_by_asking()
    {
        await using var behind = await servers.StartAsync(_pooler.ConnectionString);
        var owner = await servers.A.SignUpAsync();
        var (id, key) = await servers.A.NewKeyAsync(owner);
        await Poll.UntilAsync(TimeSpan.FromSeconds(5), "the fallback", () => Task.FromResult(Warnings(behind) == 1));
        Assert.Equal(204, await behind.VerifyAsync(key));
        Assert.Equal(204, await behind.VerifyAsync(owner.Token));

        await (await servers.A.SendAsync(HttpMethod.Delete, $"api-keys/{id}", owner.Token)).ShouldBeAsync(HttpStatusCode.NoContent);
        await Poll.UntilAsync(PollingLimit, "the refusal", async () => await behind.VerifyAsync(key) == 401);
        Assert.Equal(204, await behind.VerifyAsync(owner.Token));

        // What a pooler breaks: prepared statements, and a lock that outlives its transaction. Several times, so that they meet other connections.
        var people = await AtOnce.RunAsync(8, _ => behind.SignUpAsync());
        var refreshed = await AtOnce.StatusesAsync(32, index => behind.RefreshAsync(people[index % people.Length].Tokens.RefreshToken));
        Assert.All(refreshed, status => Assert.Equal(HttpStatusCode.OK, status));

        // Here it is the server itself that ends something, and knows at once.
        await (await behind.PostAsync("logout", credential: people[0].Token)).ShouldBeAsync(HttpStatusCode.NoContent);
        Assert.Equal(401, await behind.VerifyAsync(people[0].Token));
        Assert.Equal(1, Warnings(behind));
        Assert.DoesNotContain("fail:", behind.Process.Output, StringComparison.Ordinal);
    }

    private static int Warnings(Replica server) =>
        server.Process.Output.Split('\n').Count(line => line.Contains("doesn't support LISTEN", StringComparison.Ordinal));
}
