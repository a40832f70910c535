using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Faults;

/// <summary>One of the servers connects to PostgreSQL through a pooler in transaction mode, which doesn't support LISTEN.</summary>
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
    public async Task A_server_behind_a_pooler_warns_once_and_learns_of_revocations_by_polling()
    {
        await using var pooled = await servers.StartAsync(_pooler.ConnectionString);
        var owner = await servers.A.SignUpAsync();
        var (id, key) = await servers.A.NewKeyAsync(owner);
        await Poll.UntilAsync(TimeSpan.FromSeconds(5), "the fallback", () => Task.FromResult(CountWarnings(pooled) == 1));
        Assert.Equal(204, await pooled.VerifyAsync(key));
        Assert.Equal(204, await pooled.VerifyAsync(owner.Token));

        await (await servers.A.SendAsync(HttpMethod.Delete, $"api-keys/{id}", owner.Token)).ShouldBeAsync(HttpStatusCode.NoContent);
        await Poll.UntilAsync(PollingLimit, "the refusal", async () => await pooled.VerifyAsync(key) == 401);
        Assert.Equal(204, await pooled.VerifyAsync(owner.Token));

        // A pooler breaks prepared statements and locks that outlive their transaction. The requests are repeated so that they use several connections.
        var people = await Concurrently.RunAsync(8, _ => pooled.SignUpAsync());
        var refreshed = await Concurrently.StatusesAsync(32, index => pooled.RefreshAsync(people[index % people.Length].Tokens.RefreshToken));
        Assert.All(refreshed, status => Assert.Equal(HttpStatusCode.OK, status));

        // This server revokes the token itself, so it knows immediately.
        await (await pooled.PostAsync("logout", credential: people[0].Token)).ShouldBeAsync(HttpStatusCode.NoContent);
        Assert.Equal(401, await pooled.VerifyAsync(people[0].Token));
        Assert.Equal(1, CountWarnings(pooled));
        ServerLog.ShouldHaveNoErrors(pooled.Process.Output);
    }

    private static int CountWarnings(Replica server) =>
        server.Process.Output.Split('\n').Count(line => line.Contains("doesn't support LISTEN", StringComparison.Ordinal));
}
