using System.Runtime.InteropServices;
using Cortex.IdentityServer.Foundation.Data.Embedded;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Cortex.IdentityServer.Benchmarks.Load;

/// <summary>Runs a durable PostgreSQL with two databases for one run: prints its connection string, runs until a signal arrives, and cleans up.</summary>
internal static class PrivatePostgres
{
    public static async Task RunAsync(IConfiguration arguments)
    {
        var stop = new TaskCompletionSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        await using var postgres = await EmbeddedPostgres.StartAsync(
            new() { DataDirectory = arguments.Text("folder"), MaxConnections = 300, SharedBuffersMegabytes = 256, Fresh = true },
            NullLogger.Instance,
            CancellationToken.None);
        await using (var connection = new NpgsqlConnection(postgres.ConnectionString))
        {
            await connection.OpenAsync();
            await using var second = new NpgsqlCommand("CREATE DATABASE large", connection);
            await second.ExecuteNonQueryAsync();
        }

        Console.WriteLine(postgres.ConnectionString);
        await stop.Task;

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.TrySetResult();
        }
    }
}
