using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Cortex.IdentityServer.Foundation.Data.Connections;
using Npgsql;

namespace Cortex.IdentityServer.Foundation.Data.Embedded;

/// <summary>Starts, finds, and stops the server process of one cluster.</summary>
/// <remarks>
/// On the socket, only accounts that can enter the data directory (mode 0700) can connect: the server's account and root. The password is required
/// nevertheless: socket and TCP connections then work alike, and loosened permissions don't expose the data.
/// </remarks>
internal sealed class PostgresServer(PostgresAccount account, PostgresBinaries binaries, string data, EmbeddedPostgresOptions options)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    private string LogFile => Path.Combine(data, "server.log");

    /// <summary>
    /// Takes over the server that an earlier process left running, if it answers and is as durable as configured; returns false if there is none.
    /// </summary>
    public async Task<bool> TryTakeOverAsync(CancellationToken ct)
    {
        var waited = Stopwatch.StartNew();
        while (Postmaster.FindRunning(data) is { } running)
        {
            var answers = running.IsStopping ? null : await IsUsableAsync(running, ct);
            if (answers == true)
            {
                return true;
            }

            if (answers == false || waited.Elapsed > options.StartTimeout)
            {
                await StopAsync("fast");
                break;
            }

            await Task.Delay(PollInterval, ct); // The server is stopping or recovering from a crash.
        }

        return false;
    }

    public async Task StartAsync(CancellationToken ct)
    {
        await RemoveRemnantsAsync(ct);

        const int Attempts = 3;
        for (var attempt = 1; ; attempt++)
        {
            var answer = await StartOnceAsync(ct);
            if (answer.Succeeded)
            {
                return;
            }

            ct.ThrowIfCancellationRequested(); // Ctrl-C reaches pg_ctl too.
            var reason = answer with { Output = File.Exists(LogFile) ? await File.ReadAllTextAsync(LogFile, ct) : answer.Output };

            // Another program took the free port first. The next attempt picks another one.
            if (attempt == Attempts || DataFolder.CanHoldSocket(data))
            {
                throw new EmbeddedPostgresException($"The embedded PostgreSQL in {data} didn't start: {reason.Reason}");
            }
        }
    }

    /// <summary>Returns false if the server is still running or its state is unknown.</summary>
    public async Task<bool> StopAsync(string mode)
    {
        foreach (var how in mode == "immediate" ? (string[])["immediate"] : [mode, "immediate"])
        {
            if (Postmaster.FindRunning(data) is null)
            {
                return true;
            }

            await RunAsync(["stop", "-w", "-m", how, "-t", Seconds(options.StopTimeout)], options.StopTimeout, CancellationToken.None);
        }

        return Postmaster.FindRunning(data) is null;
    }

    public string ConnectionString(string database) => (Postmaster.FindRunning(data) ?? throw new EmbeddedPostgresException(
        $"The embedded PostgreSQL in {data} stopped right after its start: see {LogFile}.")).ConnectionString(data, database);

    /// <summary>Returns null while the server starts or stops, and false if it can't be used and has to be stopped.</summary>
    private async Task<bool?> IsUsableAsync(Postmaster running, CancellationToken ct)
    {
        if (running.IsStarting)
        {
            return null;
        }

        var probe = new NpgsqlConnectionStringBuilder(running.ConnectionString(data, "postgres")) { Timeout = 5 };
        try
        {
            await using var source = DataSources.BuildUnpooled(probe.ConnectionString);
            await using var connection = await source.OpenConnectionAsync(ct);
            await using var command = new NpgsqlCommand("SELECT current_setting('fsync') = 'on'", connection);
            return await command.ExecuteScalarAsync(ct) is bool durable && durable == options.Durable;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.CannotConnectNow)
        {
            return null;
        }
        catch (NpgsqlException)
        {
            return Postmaster.FindRunning(data) is null ? null : false;
        }
    }

    private async Task<CommandResult> StartOnceAsync(CancellationToken ct)
    {
        RotateLog();
        // Killing pg_ctl could leave a server that no file records yet. So pg_ctl always runs to its end, and the server it starts is stopped if the caller
        // has canceled.
        var start = RunAsync(
            ["start", "-w", "-t", Seconds(options.StartTimeout), "-l", LogFile, "-o", string.Join(' ', Settings())],
            options.StartTimeout + TimeSpan.FromSeconds(10), CancellationToken.None);
        try
        {
            var answer = await start.WaitAsync(ct);
            if (!answer.Succeeded)
            {
                await StopAsync("immediate"); // The server may be running, but too slow to answer.
            }

            return answer;
        }
        catch (OperationCanceledException)
        {
            while (!start.IsCompleted)
            {
                await StopAsync("immediate");
                await Task.WhenAny(start, Task.Delay(PollInterval, CancellationToken.None));
            }

            await StopAsync("immediate");
            throw;
        }
    }

    private async Task RemoveRemnantsAsync(CancellationToken ct)
    {
        // Orphaned backends of a killed postmaster end by themselves once their query does.
        var waited = Stopwatch.StartNew();
        while (Postmaster.AnyProcessIn(data) && waited.Elapsed < TimeSpan.FromSeconds(15))
        {
            await Task.Delay(PollInterval, ct);
        }

        Postmaster.RemoveStaleFiles(data);
    }

    /// <summary>
    /// Moves the previous run's log aside and drops older ones. In a folder that another account owns, renaming is safe for root, but truncating isn't.
    /// </summary>
    private void RotateLog()
    {
        if (File.Exists(LogFile))
        {
            File.Move(LogFile, LogFile + ".1", overwrite: true);
        }
    }

    private IEnumerable<string> Settings()
    {
        // pg_ctl passes these settings to a shell, and none of the values needs quoting. "." is the data directory, the server's working directory.
        IEnumerable<string> settings = DataFolder.CanHoldSocket(data)
            ? ["listen_addresses=", "unix_socket_directories=.", "unix_socket_permissions=0700", "port=5432"]
            : ["listen_addresses=127.0.0.1", .. OperatingSystem.IsWindows() ? (string[])[] : ["unix_socket_directories="], $"port={FreePort()}"];
        settings =
        [
            .. settings,
            $"max_connections={options.MaxConnections}",
            $"shared_buffers={options.SharedBuffersMegabytes}MB",
            "logging_collector=off", "log_destination=stderr", "log_checkpoints=off",
            "log_error_verbosity=terse", // The DETAIL of a unique violation contains the value, for example an email.
            "timezone=UTC", "log_timezone=UTC", "lc_messages=C", "ssl=off",
            .. options.Durable ? (string[])[] : ["fsync=off", "synchronous_commit=off", "full_page_writes=off"],
        ];
        return settings.Select(setting => "-c " + setting);
    }

    private Task<CommandResult> RunAsync(string[] arguments, TimeSpan limit, CancellationToken ct) =>
        account.RunAsync(binaries.PgCtl, arguments, limit + TimeSpan.FromSeconds(5), ct, dataDirectory: data);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0", System.Globalization.CultureInfo.InvariantCulture);
}
