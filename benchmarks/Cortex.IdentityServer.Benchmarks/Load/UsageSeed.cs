using System.Text.Json;
using Npgsql;

namespace Cortex.IdentityServer.Benchmarks.Load;

/// <summary>
/// Gives a user two API keys and a year of usage, evenly spread over time, keys, 5 endpoints, 3 providers, and 2 statuses, and waits until the running server
/// has added it to its sums. Prints the id of one of the keys.
/// </summary>
internal static class UsageSeed
{
    private const int ChunkSize = 250_000;
    private const int Connections = 2;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private const string Keys = """
        INSERT INTO api_keys (user_id, key_hash, name)
        SELECT users.id, encode(sha256(gen_random_uuid()::text::bytea), 'hex'), 'usage ' || number
        FROM users CROSS JOIN generate_series(1, 2) AS number WHERE email = $1
        RETURNING user_id, id
        """;

    /// <summary>The ids are UUIDs of version 7 in all but randomness: the time, the user's part, and the number of the row.</summary>
    private const string Rows = """
        INSERT INTO usage_logs (id, user_id, api_key_id, endpoint, tokens_used, cost_usd, provider, response_time_ms, status_code, created_at)
        SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr($1::text, 1, 3) || '8' || lpad(to_hex(number), 15, '0'))::uuid,
            $1, $2[1 + number % 2], 'endpoint ' || number % 5, number % 4096, (number % 10000) * 0.000001, 'provider ' || number % 3, 20 + number % 977,
            CASE WHEN number % 7 = 0 THEN 500 ELSE 200 END, at
        FROM (
            SELECT number, $3 - ($4 - number) * (interval '365 days' / $4) AS at FROM generate_series($5, $6) AS number) AS spread
        """;

    public static async Task RunAsync(IConfiguration arguments)
    {
        var rows = arguments.Number("rows");
        var settings = new NpgsqlConnectionStringBuilder(arguments.Text("database")) { CommandTimeout = 0 };
        await using var database = NpgsqlDataSource.Create(settings.ConnectionString);
        var (user, keys) = await AddKeysAsync(database, arguments.Text("email"));
        var (now, next) = (DateTime.UtcNow, -1);
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => Task.Run(async () =>
        {
            for (int first; (first = Interlocked.Increment(ref next) * ChunkSize) < rows;)
            {
                await RunAsync(database, Rows, user, keys, now, (double)rows, first, Math.Min(first + ChunkSize, rows) - 1);
            }
        })));
        await using (var waiting = database.CreateCommand("SELECT EXISTS (SELECT FROM usage_deltas)"))
        {
            while (await waiting.ExecuteScalarAsync() is true)
            {
                await Task.Delay(Interval);
            }
        }

        await RunAsync(database, "VACUUM (ANALYZE) usage_logs, usage_deltas, usage_quarters, usage_days, usage_months");
        await RunAsync(database, "CHECKPOINT");
        Console.WriteLine(JsonSerializer.Serialize(new Dictionary<string, string> { ["key"] = keys[0].ToString() }));
    }

    private static async Task<(Guid User, Guid[] Keys)> AddKeysAsync(NpgsqlDataSource database, string email)
    {
        await using var command = database.CreateCommand(Keys);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = email });
        await using var row = await command.ExecuteReaderAsync();
        var (user, keys) = (Guid.Empty, new List<Guid>());
        while (await row.ReadAsync())
        {
            user = row.GetGuid(0);
            keys.Add(row.GetGuid(1));
        }

        return (user, [.. keys]);
    }

    private static async Task RunAsync(NpgsqlDataSource database, string sql, params object[] values)
    {
        await using var command = database.CreateCommand(sql);
        command.Parameters.AddRange(Array.ConvertAll(values, value => new NpgsqlParameter { Value = value }));
        await command.ExecuteNonQueryAsync();
    }
}
