using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Cortex.IdentityServer.Tests.Infrastructure;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Faults;

/// <summary>One of the servers reaches PostgreSQL through a pooler that gives a connection to each transaction and passes no notices on.</summary>
[Collection(FaultTests.Name)]
public sealed class PoolerTests(TwoServers servers) : IAsyncLifetime
{
    private static readonly TimeSpan Polled = TimeSpan.FromSeconds(2.5);

    private readonly int _port = FreePort();
    private Process? _pooler;

    public async ValueTask InitializeAsync()
    {
        await servers.MendAsync();
        Assert.SkipUnless(File.Exists("/usr/sbin/pgbouncer"), "pgbouncer is not installed");
        await StartPoolerAsync();
    }

    public ValueTask DisposeAsync()
    {
        _pooler?.Kill();
        _pooler?.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_server_behind_a_pooler_works_says_once_what_it_lacks_and_hears_of_a_revocation_by_asking()
    {
        await using var behind = await servers.StartAsync($"Host=127.0.0.1;Port={_port};Database=cortex;Username=cortex;SSL Mode=Disable;GSS Encryption Mode=Disable");
        var owner = await servers.A.SignUpAsync();
        var (id, key) = await servers.A.NewKeyAsync(owner);
        await Within.UntilAsync(TimeSpan.FromSeconds(5), "the fallback", () => Task.FromResult(Warnings(behind) == 1));
        Assert.Equal(204, await behind.VerifyAsync(key));
        Assert.Equal(204, await behind.VerifyAsync(owner.Token));

        await (await servers.A.SendAsync(HttpMethod.Delete, $"api-keys/{id}", owner.Token)).ShouldBeAsync(HttpStatusCode.NoContent);
        await Within.UntilAsync(Polled, "the refusal", async () => await behind.VerifyAsync(key) == 401);
        Assert.Equal(204, await behind.VerifyAsync(owner.Token));

        // What a pooler breaks: prepared statements, and a lock that outlives its transaction. Several times, so that they meet other connections.
        var people = await AtOnce.RunAsync(8, _ => behind.SignUpAsync());
        var refreshed = await AtOnce.StatusesAsync(32, index => behind.RefreshAsync(people[index % people.Length].Tokens.RefreshToken));
        Assert.All(refreshed, status => Assert.Equal(HttpStatusCode.OK, status));

        // Here it is the server itself that ends something, and knows at once.
        await (await behind.PostAsync("logout", credential: people[0].Token)).ShouldBeAsync(HttpStatusCode.NoContent);
        Assert.Equal(401, await behind.VerifyAsync(people[0].Token));
        Assert.Equal(1, Warnings(behind));
        Assert.DoesNotContain("fail:", behind.Process.Output, StringComparison.Ordinal);
    }

    private static int Warnings(Replica server) =>
        server.Process.Output.Split('\n').Count(line => line.Contains("passes no notices on", StringComparison.Ordinal));

    /// <summary>As the account of PostgreSQL, whose socket nobody else may use; and it refuses root.</summary>
    private async Task StartPoolerAsync()
    {
        var target = new NpgsqlConnectionStringBuilder(servers.Postgres.ConnectionString);
        var file = Path.Combine(servers.Postgres.Folder, $"pgbouncer-{_port}.ini");
        await File.WriteAllTextAsync(
            file,
            $"""
            [databases]
            cortex = host={target.Host} port={target.Port} dbname={target.Database} user={target.Username} password={target.Password}
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = {_port}
            unix_socket_dir =
            auth_type = any
            pool_mode = transaction
            default_pool_size = 10
            server_round_robin = 1
            ignore_startup_parameters = extra_float_digits

            """,
            TestContext.Current.CancellationToken);
        Assert.True(await servers.Postgres.Account.TakeOverAsync(file, TestContext.Current.CancellationToken));
        string[] command = [.. servers.Postgres.Account.Prefix, "/usr/sbin/pgbouncer", "-q", file];
        _pooler = Process.Start(command[0], command[1..]);
        await Within.UntilAsync(TimeSpan.FromSeconds(5), "pgbouncer", AnswersAsync);
    }

    private async Task<bool> AnswersAsync()
    {
        using var socket = new TcpClient();
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, _port, TestContext.Current.CancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        return ((IPEndPoint)free.LocalEndpoint).Port;
    }
}
