using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Data;

/// <summary>A server on a database whose operator has set unsuitable defaults.</summary>
public sealed class StrictDatabaseApp(PostgresCluster cluster) : CortexApp(cluster)
{
    protected override async Task<string> CreateDatabaseAsync(PostgresCluster cluster)
    {
        var database = await base.CreateDatabaseAsync(cluster);
        var name = new NpgsqlConnectionStringBuilder(database).Database;
        foreach (var setting in new[]
        {
            "default_transaction_isolation = 'serializable'", "idle_session_timeout = '1s'", "lock_timeout = '10s'", "standard_conforming_strings = off",
        })
        {
            await PythonDatabase.SqlAsync<object>(database, $"ALTER DATABASE {name} SET {setting}");
        }

        NpgsqlConnection.ClearAllPools();
        return database;
    }
}

public sealed class SessionDefaultsTests(StrictDatabaseApp app) : IClassFixture<StrictDatabaseApp>
{
    /// <remarks>Conflicting serializable transactions would fail with 503.</remarks>
    [Fact]
    public async Task Conflicting_transactions_do_not_fail_if_the_database_defaults_to_serializable()
    {
        var (user, _, _) = await app.SignUpAsync();
        var people = await Concurrently.RunAsync(8, _ => app.SignUpAsync());
        Assert.Equal("read committed", await SettingAsync("default_transaction_isolation"));

        for (var round = 0; round < 3; round++)
        {
            var statuses = await Concurrently.StatusesAsync(48, index => (index % 3) switch
            {
                0 => app.Anonymous().PostAsync("/api/v1/auth/login", new { email = user.Email, password = user.Password }),
                1 => people[index % 8].Http.PostAsync("/api/v1/auth/api-keys/generate", new { name = "crossing" }),
                _ => people[index % 8].Http.FetchAsync("/api/v1/auth/sessions"),
            });
            Assert.All(statuses, status => Assert.True(status is HttpStatusCode.OK or HttpStatusCode.Created, $"{status}"));
        }
    }

    [Fact]
    public async Task With_an_idle_session_timeout_the_servers_connections_stay_open_and_nothing_is_logged()
    {
        var (_, _, http) = await app.SignUpAsync();
        Assert.Equal("0", await SettingAsync("idle_session_timeout"));
        await Concurrently.StatusesAsync(24, _ => http.FetchAsync("/api/v1/auth/sessions"));

        // This is longer than the database's limit.
        await Task.Delay(TimeSpan.FromSeconds(2.5), TestContext.Current.CancellationToken);
        var statuses = await Concurrently.StatusesAsync(24, _ => http.FetchAsync("/api/v1/auth/sessions"));

        Assert.All(statuses, status => Assert.Equal(HttpStatusCode.OK, status));
        Assert.DoesNotContain("Error:", app.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("57P05", app.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("Lost the connection that listens for changes", app.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_cost_of_a_wrong_password_is_found_if_the_database_treats_backslashes_as_escapes()
    {
        var (user, _, _) = await app.SignUpAsync();
        Assert.Equal("on", await SettingAsync("standard_conforming_strings"));

        foreach (var email in new[] { user.Email, "nobody@example.com" })
        {
            var answer = await app.Anonymous().PostAsync("/api/v1/auth/login", new { email, password = "wrong horse" });
            await answer.ShouldBeProblemAsync(401, "invalid_credentials");
        }
    }

    /// <remarks>The server doesn't lift a limit that the operator has set.</remarks>
    [Fact]
    public async Task A_statement_timeout_returns_503_rather_than_500()
    {
        var (user, _, _) = await app.SignUpAsync();
        using var http = app.StartReplica(
            out var replica,
            ("POSTGRES_URL", new NpgsqlConnectionStringBuilder(app.ConnectionString) { Options = "-c statement_timeout=200ms" }.ConnectionString));
        using var ends = replica;
        await using var hold = await HeldLock.TakeAsync(app.ConnectionString, "LOCK TABLE sessions");

        var answer = await http.PostAsync("/api/v1/auth/login", new { email = user.Email, password = user.Password });

        await answer.ShouldBeProblemAsync(503, "service_unavailable");
    }

    private async Task<object?> SettingAsync(string name)
    {
        await using var command = app.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand($"SHOW {name}");
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }
}
