using System.Net;
using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Data;

/// <summary>Connections on which PostgreSQL has prepared other statements than Npgsql believes, as after an outage in the middle of a request.</summary>
public sealed class PreparedStatementTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const int Connections = 10;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Connections_that_are_out_of_step_cause_only_503_and_are_replaced()
    {
        var (_, _, http) = await app.SignUpAsync();
        await UseNpgsqlsNamesAsync();

        var statuses = new List<HttpStatusCode>();
        while (statuses.Count < 50 && !statuses.Contains(HttpStatusCode.ServiceUnavailable))
        {
            statuses.Add((await http.FetchAsync("/api/v1/auth/sessions")).StatusCode);
        }

        Assert.All(statuses, status => Assert.True(status is HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable, $"{status}"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, statuses[^1]);
        await (await http.FetchUntilStatusAsync("/api/v1/auth/sessions", HttpStatusCode.OK)).ShouldBeAsync(HttpStatusCode.OK);
        for (var request = 0; request < 50; request++)
        {
            await (await http.FetchAsync("/api/v1/auth/sessions")).ShouldBeAsync(HttpStatusCode.OK);
        }
    }

    [Theory]
    [InlineData(PostgresErrorCodes.DuplicatePreparedStatement)]
    [InlineData(PostgresErrorCodes.InvalidSqlStatementName)]
    public void Both_ways_to_be_out_of_step_are_database_failures_that_need_new_connections(string state)
    {
        var failure = new InvalidOperationException("EF Core", new PostgresException("m", "ERROR", "ERROR", state));

        Assert.NotNull(DatabaseFailure.In(failure));
        Assert.True(DatabaseFailure.NeedsNewConnections(failure));
    }

    /// <summary>Prepares other statements under the names that Npgsql gives to its own.</summary>
    private async Task UseNpgsqlsNamesAsync()
    {
        var source = app.Services.GetRequiredService<NpgsqlDataSource>();
        var taken = new Stack<NpgsqlConnection>();
        while (taken.Count < Connections)
        {
            taken.Push(await source.OpenConnectionAsync(Ct));
            await using var command = new NpgsqlCommand(
                """
                DO $$
                BEGIN
                    FOR number IN 0..60 LOOP
                        BEGIN
                            EXECUTE format('PREPARE _auto%s AS SELECT 1', number);
                        EXCEPTION WHEN duplicate_prepared_statement THEN NULL;
                        END;
                    END LOOP;
                END
                $$
                """,
                taken.Peek());
            await command.ExecuteNonQueryAsync(Ct);
        }

        while (taken.TryPop(out var connection))
        {
            await connection.DisposeAsync();
        }
    }
}
