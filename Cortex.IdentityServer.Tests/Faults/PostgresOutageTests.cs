using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Faults;

/// <summary>PostgreSQL stops and restarts while both servers are busy.</summary>
/// <remarks>Requests get 503 within five seconds, no successful request is lost, and the servers recover by themselves.</remarks>
[Collection(FaultTests.Name)]
public sealed class PostgresOutageTests(TwoServers servers) : IAsyncLifetime
{
    public ValueTask InitializeAsync() => servers.RestoreAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task Stopping_and_killing_PostgreSQL_under_load_causes_only_503_and_loses_nothing()
    {
        var load = await MixedLoad.StartAsync(servers.A, servers.B);
        await RunLoadAsync(1000);
        await servers.Postgres.StopAsync();
        await RunLoadAsync(700);
        await servers.Postgres.StartAsync();
        await WaitForSuccessesAsync(load);
        await RunLoadAsync(700);
        await servers.Postgres.KillAsync();
        await RunLoadAsync(300);
        await servers.Postgres.StartAsync();
        await WaitForSuccessesAsync(load);
        await RunLoadAsync(700);
        await load.StopAsync();

        load.AssertTimelyResponses();
        Assert.Contains(load.Results, answer => answer.Status == 503);
        Assert.True((await servers.A.GetAsync("/health")).IsSuccessStatusCode);
        await load.AssertNothingLostAsync(servers.B, servers.Postgres);
    }

    /// <remarks>This happens if another program leaks connections, or if too many replicas are running.</remarks>
    [Fact]
    public async Task If_another_client_takes_every_connection_requests_get_503_until_it_frees_them()
    {
        var person = await servers.A.SignUpAsync();
        var taken = new Stack<NpgsqlConnection>();
        try
        {
            await TakeAllConnectionsAsync(taken);
            foreach (var replica in new[] { servers.A, servers.B })
            {
                var answer = await replica.LogInAsync(person.Email);
                await answer.ShouldBeProblemAsync(503, "service_unavailable");
                Assert.True(answer.Headers.RetryAfter?.Delta > TimeSpan.Zero);
                Assert.Equal(HttpStatusCode.ServiceUnavailable, (await replica.GetAsync("/health/ready")).StatusCode);
                Assert.Equal(HttpStatusCode.OK, (await replica.GetAsync("/health/live")).StatusCode);
            }
        }
        finally
        {
            while (taken.TryPop(out var connection))
            {
                await connection.DisposeAsync();
            }
        }

        foreach (var replica in new[] { servers.A, servers.B })
        {
            await Poll.UntilAsync(Timeout, "logins", async () => (await replica.LogInAsync(person.Email)).StatusCode == HttpStatusCode.OK);
            Assert.Equal(204, await replica.VerifyAsync(person.Token));
        }
    }

    /// <summary>Terminates the connections of all other clients until it has taken all connections.</summary>
    private async Task TakeAllConnectionsAsync(Stack<NpgsqlConnection> taken)
    {
        while (taken.Count < KillablePostgres.MaxConnections)
        {
            try
            {
                taken.Push(await servers.Postgres.ConnectAsync());
            }
            catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.TooManyConnections)
            {
                await using var end = new NpgsqlCommand(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend' AND application_name <> 'test'",
                    taken.Peek());
                await end.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            }
        }
    }

    private static Task<TimeSpan> WaitForSuccessesAsync(MixedLoad load)
    {
        var before = load.Successes;
        return Poll.UntilAsync(Timeout, "successes", () => Task.FromResult(load.Successes > before + 5));
    }

    private static Task RunLoadAsync(int milliseconds) => Task.Delay(milliseconds, TestContext.Current.CancellationToken);
}
