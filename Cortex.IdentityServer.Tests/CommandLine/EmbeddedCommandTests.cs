using System.Net;
using Cortex.IdentityServer.Foundation.Data.Embedded;
using Cortex.IdentityServer.Tests.Data;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.CommandLine;

/// <remarks>Without POSTGRES_URL, commands start a PostgreSQL of their own or use that of a running server.</remarks>
public sealed class EmbeddedCommandTests : IDisposable
{
    private const string Password = "correct horse battery staple";

    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(1);

    private readonly string _folder = Directory.CreateTempSubdirectory("cx-").FullName;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string DataDirectory => Path.Combine(_folder, "postgres");

    public EmbeddedCommandTests()
    {
        if (!OperatingSystem.IsWindows())
        {
            // If the tests run as root, PostgreSQL runs under another account, which needs access to the folder.
            File.SetUnixFileMode(_folder, (UnixFileMode)Convert.ToInt32("711", 8));
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Concurrent_commands_without_a_server_share_one_PostgreSQL_and_stop_it_at_the_end()
    {
        var runs = await Concurrently.RunAsync(3, _ => CreateAsync("ada@example.com"));

        Assert.Equal([0, 1, 1], runs.Select(run => run.ShouldExitWith(run.ExitCode).ExitCode).Order());
        Assert.All(runs.Where(run => run.ExitCode == 1), run => Assert.Contains("already", Assert.Single(run.ErrorLines), StringComparison.Ordinal));
        Assert.Null(Postmaster.FindRunning(DataDirectory));
    }

    [Fact]
    public async Task Commands_use_the_PostgreSQL_of_a_running_server()
    {
        // Without this wait, the command could start PostgreSQL first, and the server would refuse to start.
        await using var server = Start();
        await Poll.UntilAsync(Timeout, "the lock of the running server", () => Task.FromResult(File.Exists(DataDirectory + ".lock")));

        (await CreateAsync("ada@example.com")).ShouldExitWith(0);
        using var http = await server.ClientAsync();
        await (await http.PostAsync("/api/v1/auth/login", new { email = "ada@example.com", password = Password })).ShouldBeAsync(HttpStatusCode.OK);
        Assert.Contains("already", (await CreateAsync("ada@example.com")).ShouldExitWith(1).Errors, StringComparison.Ordinal);

        // A second server refuses to share it.
        await using var second = Start();
        Assert.Contains(
            "Another server or command is using", Assert.Single((await second.WaitForExitAsync()).ShouldExitWith(1).ErrorLines), StringComparison.Ordinal);

        // The server that owns PostgreSQL may stop while a command uses it.
        await using var import = ServerProcess.Start(["import", "-"], ("CORTEX_DATA", _folder));
        await import.Input.WriteAsync("{\"email\":\"bob@example.com\"}\n");
        await import.Input.FlushAsync(Ct);
        var database = Postmaster.FindRunning(DataDirectory)!.ConnectionString(DataDirectory, "cortex");
        await Poll.UntilAsync(
            Timeout, "the imported user", async () => await PythonDatabase.SqlAsync<long>(database, "SELECT count(*) FROM users") == 2);

        Assert.Equal(0, (await server.SignalAsync("TERM")).ExitCode);
        await import.Input.WriteAsync("{\"email\":\"carl@example.com\"}\n");
        await import.Input.FlushAsync(Ct);
        var run = (await import.WaitForExitAsync()).ShouldExitWith(1);
        Assert.Equal("1 lines: 1 created, 0 failed.", run.OutputLines()[^1]);
        Assert.StartsWith("Stopped at line 2; accounts that were created are kept", run.ErrorLines[^1], StringComparison.Ordinal);
        Assert.Null(Postmaster.FindRunning(DataDirectory));
    }

    private ServerProcess Start() => ServerProcess.Start([], ("CORTEX_DATA", _folder), ("ASPNETCORE_URLS", "http://127.0.0.1:0"), ("BCRYPT_COST", "10"));

    private Task<ServerRun> CreateAsync(string email) =>
        ServerProcess.RunAsync(["create-admin", "--email", email], Password, ("CORTEX_DATA", _folder), ("BCRYPT_COST", "10"));
}
