using System.Net;
using System.Net.Sockets;
using Cortex.IdentityServer.Tests.Data;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Configuration;

/// <remarks>An invalid setting stops the server with one line for the operator and no stack trace.</remarks>
public sealed class StartTests(PostgresCluster cluster) : IDisposable
{
    private static readonly (string, string)[] Secrets =
    [
        ("JWT_SECRET_KEY", CortexApp.JwtSecret), ("SECRET_KEY", CortexApp.SecretKey), ("PUBLIC_URL", CortexApp.Issuer),
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("cx-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("DOTNET_ENVIRONMENT")]
    [InlineData("ASPNETCORE_ENVIRONMENT")]
    public async Task Production_without_settings_lists_what_is_missing(string variable)
    {
        var run = await ServerProcess.RunAsync([], (variable, "Production"), ("CORTEX_DATA", _folder));

        Assert.Equal(1, run.ExitCode);
        Assert.Equal(
            ["JWT_SECRET_KEY", "POSTGRES_URL", "PUBLIC_URL", "SECRET_KEY"], run.ErrorLines.Select(line => line.Split(' ')[0]).Order(StringComparer.Ordinal));
        Assert.All(run.ErrorLines, line => Assert.Contains("must be set in Production", line, StringComparison.Ordinal));
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public async Task Production_can_be_selected_on_the_command_line_too()
    {
        var run = await ServerProcess.RunAsync(["--environment", "Production"], ("CORTEX_DATA", _folder));

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("must be set in Production", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_command_has_its_own_exit_code()
    {
        var run = await ServerProcess.RunAsync(["migrat"]);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("migrate", Assert.Single(run.ErrorLines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Migrate_creates_the_schema_and_exits()
    {
        var database = await cluster.CreateDatabaseAsync(migrated: false);

        foreach (var _ in Enumerable.Range(0, 2))
        {
            var run = await ServerProcess.RunAsync(["migrate"], [.. Secrets, ("DOTNET_ENVIRONMENT", "Production"), ("POSTGRES_URL", database)]);
            Assert.True(run.ExitCode == 0, run.Errors);
            Assert.Empty(run.ErrorLines);
            ServerLog.ShouldHaveNoErrors(run.Output);
        }

        Assert.Equal(0L, await PythonDatabase.SqlAsync<long>(database, "SELECT count(*) FROM users"));
    }

    [Fact]
    public async Task A_database_that_must_be_repaired_first_is_one_line()
    {
        var database = await PythonDatabase.CreateAsync(
            cluster, PythonDatabase.Documented, "INSERT INTO users(email, password_hash) VALUES ('Twin@example.com', 'x'), ('twin@example.com', 'y')");

        var run = await ServerProcess.RunAsync([], [.. Secrets, ("DOTNET_ENVIRONMENT", "Production"), ("POSTGRES_URL", database)]);

        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith("The database was not changed", Assert.Single(run.ErrorLines), StringComparison.Ordinal);
        Assert.DoesNotContain("example.com", run.Errors + run.Output, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("   at ", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unreachable_database_is_one_line_without_the_password_within_seconds()
    {
        var started = TimeProvider.System.GetTimestamp();
        var run = await ServerProcess.RunAsync(
            [], [.. Secrets, ("DOTNET_ENVIRONMENT", "Production"), ("POSTGRES_URL", $"postgresql://cortex:hunter2-hunter2@127.0.0.1:{FreePort()}/cortex")]);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("POSTGRES_URL", Assert.Single(run.ErrorLines), StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", run.Errors + run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Errors + run.Output, StringComparison.Ordinal);
        Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_port_in_use_is_one_line()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var url = $"http://127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}";

        var run = await ServerProcess.RunAsync(["--urls", url], [.. Secrets, ("POSTGRES_URL", await cluster.CreateDatabaseAsync())]);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains(url, Assert.Single(run.ErrorLines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_health_check_without_a_server_fails()
    {
        var run = await ServerProcess.RunAsync(["healthcheck", $"http://127.0.0.1:{FreePort()}"]);

        Assert.Equal(1, run.ExitCode);
        Assert.Single(run.ErrorLines);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
