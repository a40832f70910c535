using System.Globalization;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Faults;

/// <summary>A server is killed repeatedly while it processes requests.</summary>
/// <remarks>No successful request is lost if the server is killed a moment later.</remarks>
[Collection(FaultTests.Name)]
public sealed class KilledServerTests(TwoServers servers) : IAsyncLifetime
{
    public ValueTask InitializeAsync() => servers.RestoreAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>The number of rounds, which <c>FAULT_ROUNDS</c> can increase.</summary>
    private static readonly int Rounds = int.Parse(Environment.GetEnvironmentVariable("FAULT_ROUNDS") ?? "5", CultureInfo.InvariantCulture);

    [Fact]
    public async Task A_server_killed_under_load_loses_nothing_and_leaves_nothing_half_done()
    {
        var next = servers.StartAsync(servers.Postgres.ConnectionString);
        for (var round = 0; round < Rounds; round++)
        {
            var people = await MixedLoad.SignUpUsersAsync(servers.B);
            await using var server = await next;
            var load = MixedLoad.Start(people, server);
            var enough = Random.Shared.Next(10, 60);
            await Poll.UntilAsync(TimeSpan.FromSeconds(10), "successful requests", () => Task.FromResult(load.Successes >= enough));
            await server.Process.KillAsync();
            var stopping = load.StopAsync();
            next = round + 1 < Rounds ? servers.StartAsync(servers.Postgres.ConnectionString) : next;
            await stopping;

            Assert.All(load.Results, answer => Assert.True(answer.Status is 0 or (>= 200 and < 300), $"{answer}"));
            await load.AssertNothingLostAsync(servers.B, servers.Postgres);
        }
    }
}
