using System.Diagnostics;
using Cortex.IdentityServer.Benchmarks.Load;
using Cortex.IdentityServer.Identity.ApiKeys;
using Npgsql;
using NpgsqlTypes;

namespace Cortex.IdentityServer.Benchmarks.Baselines;

/// <summary>
/// The baseline for reports of usage: PostgreSQL's binary COPY of the same rows into the same table, with its keys, indexes, and triggers. Each batch commits.
/// </summary>
internal static class CopyBaseline
{
    private const string Copy = """
        COPY usage_logs (id, user_id, api_key_id, endpoint, tokens_used, cost_usd, provider, response_time_ms, status_code, error_message, created_at)
        FROM STDIN (FORMAT binary)
        """;

    public static async Task RunAsync(IConfiguration arguments)
    {
        var connections = arguments.Number("connections");
        var batches = UsageRow.Batches(arguments.Number("batches"));
        await using var database = NpgsqlDataSource.Create(arguments.Text("database"));
        var (user, key) = await FindKeyAsync(database, arguments.Text("key"));
        var next = -1;
        using var ready = new Barrier(connections + 1);
        var running = Enumerable.Range(0, connections).Select(_ => new Thread(() =>
        {
            using var connection = database.OpenConnection();
            ready.SignalAndWait();
            for (int index; (index = Interlocked.Increment(ref next)) < batches.Count;)
            {
                Write(connection, user, key, batches[index]);
            }
        })).ToList();
        running.ForEach(thread => thread.Start());
        ready.SignalAndWait();
        var watch = Stopwatch.StartNew();
        running.ForEach(thread => thread.Join());
        Settings.Print(("rate", batches.Count * UsageRow.BatchSize / watch.Elapsed.TotalSeconds));
    }

    private static async Task<(Guid User, Guid Key)> FindKeyAsync(NpgsqlDataSource database, string key)
    {
        await using var command = database.CreateCommand("SELECT user_id, id FROM api_keys WHERE key_hash = $1");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = ApiKeyText.HashHex(key) });
        await using var row = await command.ExecuteReaderAsync();
        await row.ReadAsync();
        return (row.GetGuid(0), row.GetGuid(1));
    }

    private static void Write(NpgsqlConnection connection, Guid user, Guid key, UsageRow[] rows)
    {
        using var copy = connection.BeginBinaryImport(Copy);
        foreach (var row in rows)
        {
            copy.StartRow();
            copy.Write(row.Id, NpgsqlDbType.Uuid);
            copy.Write(user, NpgsqlDbType.Uuid);
            copy.Write(key, NpgsqlDbType.Uuid);
            copy.Write(row.Endpoint, NpgsqlDbType.Varchar);
            copy.Write(row.Tokens, NpgsqlDbType.Integer);
            copy.Write(row.Cost, NpgsqlDbType.Numeric);
            copy.Write(row.Provider, NpgsqlDbType.Varchar);
            copy.Write(row.Milliseconds, NpgsqlDbType.Integer);
            copy.Write(row.Status, NpgsqlDbType.Integer);
            copy.WriteNull();
            copy.Write(row.CreatedAt, NpgsqlDbType.TimestampTz);
        }

        copy.Complete();
    }
}
