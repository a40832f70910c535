using System.Net;
using System.Net.Sockets;
using Cortex.IdentityServer.Tests.Infrastructure;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Configuration;

/// <summary>A server that can't start prints one line with the reason and no stack trace.</summary>
public sealed class FailedStartTests(PostgresCluster cluster) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cx-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_port_in_use_is_one_line()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var url = $"http://127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}";

        await ShouldFailAsync(await cluster.CreateDatabaseAsync(), [url, "another program"], ("ASPNETCORE_URLS", url));
        await ShouldFailAsync(await cluster.CreateDatabaseAsync(migrated: false), [url, "another program"], ("Kestrel__Endpoints__Public__Url", url));
    }

    [Theory]
    [InlineData("http://192.0.2.1:8080", "no such address")]
    [InlineData("https://127.0.0.1:0", "needs a certificate")]
    [InlineData("https://+:0;http://127.0.0.1:0", "needs a certificate")]
    [InlineData("http://unix:/no/such/folder/id.sock", "/no/such/folder/id.sock")]
    [InlineData("ftp://127.0.0.1:21", "ftp")]
    [InlineData("127.0.0.1:8080", "127.0.0.1:8080")]
    [InlineData("http://127.0.0.1:99999", "99999")]
    [InlineData("\"http://127.0.0.1:0\"", "127.0.0.1")]
    public async Task An_address_that_is_not_available_is_one_line(string url, string reason) =>
        await ShouldFailAsync(await cluster.CreateDatabaseAsync(), [reason], ("ASPNETCORE_URLS", url));

    [Fact]
    public async Task A_missing_or_invalid_certificate_is_one_line()
    {
        var file = Path.Combine(_folder, "id.pfx");
        (string, string)[] settings = [("ASPNETCORE_URLS", "https://127.0.0.1:0"), ("Kestrel__Certificates__Default__Path", file)];
        await ShouldFailAsync(await cluster.CreateDatabaseAsync(), [file], settings);

        await File.WriteAllTextAsync(file, "nonsense", TestContext.Current.CancellationToken);
        await ShouldFailAsync(await cluster.CreateDatabaseAsync(), ["certificate"], settings);
    }

    [Fact]
    public async Task A_database_that_rejects_the_login_or_is_not_PostgreSQL_is_one_line()
    {
        var good = new NpgsqlConnectionStringBuilder(await cluster.CreateDatabaseAsync());
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        using var plain = new TcpListener(IPAddress.Loopback, 0);
        plain.Start();
        _ = RefuseTlsAsync(plain);
        var nobody = $"postgresql://cortex:hunter2-hunter2@127.0.0.1:{FreePort()}/cortex";

        await ShouldFailAsync(nobody, ["127.0.0.1", "onnection refused"]);
        await ShouldFailAsync("postgresql://cortex:hunter2-hunter2@no-such-host.invalid/cortex", ["no-such-host.invalid:5432"]);
        await ShouldFailAsync(
            new NpgsqlConnectionStringBuilder(good.ConnectionString) { Password = "hunter2-hunter2" }.ConnectionString,
            ["password authentication failed for user"]);
        await ShouldFailAsync(
            new NpgsqlConnectionStringBuilder(good.ConnectionString) { Database = "nowhere" }.ConnectionString, ["database \"nowhere\" does not exist"]);
        await ShouldFailAsync($"postgresql://cortex:hunter2-hunter2@127.0.0.1:{PortOf(plain)}/cortex?sslmode=require", ["SSL"]);
        await ShouldFailAsync($"postgresql://cortex:hunter2-hunter2@127.0.0.1:{PortOf(silent)}/cortex", ["127.0.0.1", "timed out"]);
        await ShouldFailAsync(nobody, ["onnection refused"], ("Logging__LogLevel__Default", "Debug"));
    }

    /// <remarks>Rate limits work without Redis, so its absence is a line in the log and not a reason to stop.</remarks>
    [Fact]
    public async Task A_missing_Redis_is_logged_and_the_server_starts()
    {
        await using var server = ServerProcess.Start(
            ["--urls", "http://127.0.0.1:0"], [.. Needed(await cluster.CreateDatabaseAsync()), ("REDIS_URL", $"redis://:hunter2@127.0.0.1:{FreePort()}")]);

        using var http = await server.ClientAsync();
        await (await http.GetAsync("/health", TestContext.Current.CancellationToken)).ShouldBeAsync(HttpStatusCode.OK);

        Assert.DoesNotContain("   at ", server.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", server.Output, StringComparison.Ordinal);
    }

    private static async Task ShouldFailAsync(string database, string[] reasons, params (string, string)[] settings)
    {
        var run = await ServerProcess.RunAsync([], [("ASPNETCORE_URLS", "http://127.0.0.1:0"), .. Needed(database), .. settings]);

        Assert.True(run.ExitCode == 1, $"exit code {run.ExitCode}\n{run.Output}\n{run.Errors}");
        var line = Assert.Single(run.ErrorLines);
        Assert.All(reasons, reason => Assert.Contains(reason, line, StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", run.Output + run.Errors, StringComparison.Ordinal);
        ServerLog.ShouldHaveNoErrors(run.Output);
        Assert.DoesNotContain("hunter2", run.Output + run.Errors, StringComparison.Ordinal);
    }

    private static (string, string)[] Needed(string database) =>
    [
        ("DOTNET_ENVIRONMENT", "Production"), ("PUBLIC_URL", CortexApp.Issuer), ("POSTGRES_URL", database),
        ("JWT_SECRET_KEY", CortexApp.JwtSecret), ("SECRET_KEY", CortexApp.SecretKey),
    ];

    /// <summary>Refuses TLS as PostgreSQL without a certificate does, until the listener is stopped.</summary>
    private static async Task RefuseTlsAsync(TcpListener listener)
    {
        while (true)
        {
            using var client = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
            var request = new byte[8];
            await client.GetStream().ReadExactlyAsync(request, TestContext.Current.CancellationToken);
            await client.GetStream().WriteAsync("N"u8.ToArray(), TestContext.Current.CancellationToken);
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return PortOf(listener);
    }

    private static int PortOf(TcpListener listener) => ((IPEndPoint)listener.LocalEndpoint).Port;
}
