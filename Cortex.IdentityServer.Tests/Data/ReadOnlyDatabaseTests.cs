using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Data;

/// <summary>A former primary after a failover, or a hosted PostgreSQL whose disk is full, accepts reads but no writes.</summary>
public sealed class ReadOnlyDatabaseTests(CortexApp app) : IClassFixture<CortexApp>
{
    [Fact]
    public async Task With_a_read_only_database_writes_fail_with_503_and_the_server_continues()
    {
        var (user, _, http) = await app.SignUpAsync();
        var service = app.WithKey((await CortexApp.GenerateKeyAsync(http)).Key);
        await ApplySettingAsync("SET default_transaction_read_only = on");

        await (await service.FetchUntilStatusAsync("/api/v1/auth/verify", HttpStatusCode.NoContent)).ShouldBeAsync(HttpStatusCode.NoContent);
        await Poll.UntilAsync(TimeSpan.FromSeconds(60), "a line in the log", async () =>
        {
            app.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(20, TestContext.Current.CancellationToken);
            return app.Log.Contains("Could not save when keys", StringComparison.Ordinal);
        });
        var answer = await app.Anonymous().PostAsync("/api/v1/auth/login", new { email = user.Email, password = user.Password });
        await answer.ShouldBeProblemAsync(503, "service_unavailable");
        Assert.NotNull(answer.Headers.RetryAfter);

        await ApplySettingAsync("RESET default_transaction_read_only");
        await (await app.Anonymous().FetchUntilStatusAsync("/health", HttpStatusCode.OK)).ShouldBeAsync(HttpStatusCode.OK);
        await app.LogInAsync(user);
    }

    /// <summary>Changes the setting for the server's next connections, and closes the existing ones.</summary>
    private async Task ApplySettingAsync(string setting)
    {
        var builder = new NpgsqlConnectionStringBuilder(app.ConnectionString) { Pooling = false, Options = "-c default_transaction_read_only=off" };
        await using var connection = new NpgsqlConnection(builder.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var alter = new NpgsqlCommand($"ALTER DATABASE \"{builder.Database}\" {setting}", connection);
        await alter.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        await using var end = new NpgsqlCommand(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()", connection);
        await end.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }
}
