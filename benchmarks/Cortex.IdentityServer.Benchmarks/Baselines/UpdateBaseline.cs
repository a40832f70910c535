using System.Diagnostics;
using Npgsql;

namespace Cortex.IdentityServer.Benchmarks.Baselines;

/// <summary>The baseline for refreshes: each connection updates a row of its own with a prepared statement and commits each time.</summary>
internal static class UpdateBaseline
{
    public static async Task RunAsync(IConfiguration arguments)
    {
        var connections = arguments.Number("connections");
        await using var database = NpgsqlDataSource.Create(arguments.Text("database"));
        await using (var table = database.CreateCommand(
            "DROP TABLE IF EXISTS benchmark_rows; CREATE TABLE benchmark_rows(id integer PRIMARY KEY, counter integer NOT NULL, at timestamptz NOT NULL); "
            + $"INSERT INTO benchmark_rows SELECT id, 0, now() FROM generate_series(1, {connections}) AS id"))
        {
            await table.ExecuteNonQueryAsync();
        }

        var commits = 0L;
        using var ready = new Barrier(connections + 1);
        using var stop = new CancellationTokenSource();
        var running = Enumerable.Range(1, connections).Select(id => new Thread(() =>
        {
            using var connection = database.OpenConnection();
            using var update = new NpgsqlCommand("UPDATE benchmark_rows SET counter = counter + 1, at = now() WHERE id = $1", connection);
            update.Parameters.Add(new NpgsqlParameter<int> { TypedValue = id });
            update.Prepare();
            ready.SignalAndWait();
            while (!stop.IsCancellationRequested)
            {
                update.ExecuteNonQuery();
                Interlocked.Increment(ref commits);
            }
        })).ToList();
        running.ForEach(thread => thread.Start());
        ready.SignalAndWait();
        var watch = Stopwatch.StartNew();
        await Task.Delay(TimeSpan.FromSeconds(arguments.Number("seconds")));
        Settings.Print(("rate", Interlocked.Read(ref commits) / watch.Elapsed.TotalSeconds));
        await stop.CancelAsync();
        running.ForEach(thread => thread.Join());
    }
}
