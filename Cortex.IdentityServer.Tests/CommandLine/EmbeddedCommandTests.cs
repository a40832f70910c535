using System.Net;
using Cortex.IdentityServer.Foundation.Data.Embedded;
using Cortex.IdentityServer.Tests.Data;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.CommandLine;

/// <remarks>As after <c>dotnet run</c>: commands start a PostgreSQL of their own, or use that of a server that runs.</remarks>
public sealed class EmbeddedCommandTests : IDisposable
{
    private const string Password = "correct horse battery staple";

    private readonly string _folder = Directory.CreateTempSubdirectory("cx-").FullName;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string DataDirectory => Path.Combine(_folder, "postgres");

    public EmbeddedCommandTests()
    {
        if (!OperatingSystem.IsWindows())
        {
            // For the account that root lends PostgreSQL.
            File.SetUnixFileMode(_folder, (UnixFileMode)Convert.ToInt32("711", 8));
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Commands_at_once_without_a_server_share_one_PostgreSQL_and_stop_it_behind_them()
    {
        var runs = await AtOnce.RunAsync(3, _ => CreateAsync("ada@example.com"));

        Assert.Equal([0, 1, 1], runs.Select(run => run.ShouldEndWith(run.ExitCode).ExitCode).Order());
        Assert.All(runs.Where(run => run.ExitCode == 1), run => Assert.Contains("already", Assert.Single(run.ErrorLines), StringComparison.Ordinal));
        Assert.Null(Postmaster.FindRunning(DataDirectory));
    }

    [Fact]
    public async Task Beside_a_server_commands_are_guests()
    {
        // Started together: the command waits for the server's PostgreSQL, or the server's start is refused.
        await using var server = Start();
        while (!File.Exists(DataDirectory + ".lock"))
        {
            await Task.Delay(20, Ct);
        }

        (await CreateAsync("ada@example.com")).ShouldEndWith(0);
        using var http = await server.ClientAsync();
        await (await http.PostAsync("/api/v1/auth/login", new { email = "ada@example.com", password = Password })).ShouldBeAsync(HttpStatusCode.OK);
        Assert.Contains("already", (await CreateAsync("ada@example.com")).ShouldEndWith(1).Errors, StringComparison.Ordinal);

        // Another server isn't one.
        await using var second = Start();
        Assert.Contains(
            "Another server or command is using", Assert.Single((await second.WaitForExitAsync()).ShouldEndWith(1).ErrorLines), StringComparison.Ordinal);

        // Who owns it may go at any time.
        await using var guest = ServerProcess.Start(["import", "-"], ("CORTEX_DATA", _folder));
        await guest.Input.WriteAsync("{\"email\":\"bob@example.com\"}\n");
        await guest.Input.FlushAsync(Ct);
        var database = Postmaster.FindRunning(DataDirectory)!.ConnectionString(DataDirectory, "cortex");
        while (await PythonDatabase.SqlAsync<long>(database, "SELECT count(*) FROM users") < 2)
        {
            await Task.Delay(50, Ct);
        }

        Assert.Equal(0, (await server.SignalAsync("TERM")).ExitCode);
        await guest.Input.WriteAsync("{\"email\":\"carl@example.com\"}\n");
        await guest.Input.FlushAsync(Ct);
        var run = (await guest.WaitForExitAsync()).ShouldEndWith(1);
        Assert.Equal("1 lines: 1 created, 0 failed.", run.OutputLines()[^1]);
        Assert.StartsWith("Stopped at line 2; accounts that were created are kept", run.ErrorLines[^1], StringComparison.Ordinal);
        Assert.Null(Postmaster.FindRunning(DataDirectory));
    }

    private ServerProcess Start() => ServerProcess.Start([], ("CORTEX_DATA", _folder), ("ASPNETCORE_URLS", "http://127.0.0.1:0"), ("BCRYPT_COST", "10"));

    private Task<ServerRun> CreateAsync(string email) =>
        ServerProcess.RunAsync(["create-admin", "--email", email], Password, ("CORTEX_DATA", _folder), ("BCRYPT_COST", "10"));
}
