using System.Diagnostics;
using System.Globalization;
using Cortex.IdentityServer.Identity.ApiKeys;
using Npgsql;

namespace Cortex.IdentityServer.Benchmarks.Load;

/// <summary>
/// Waits until the ledger has the expected number of rows of an API key since a time, and a little longer, in case there are more. Prints their number and the
/// Unix time at which the expected number was seen.
/// </summary>
internal static class UsageRows
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(500);

    private const string Count = """
        SELECT count(*) FROM usage_logs
        WHERE api_key_id = (SELECT id FROM api_keys WHERE key_hash = $1) AND coalesce(created_at, '-infinity') >= to_timestamp($2)
        """;

    public static async Task RunAsync(IConfiguration arguments)
    {
        await using var database = NpgsqlDataSource.Create(arguments.Text("database"));
        var hash = ApiKeyText.HashHex(arguments.Text("key"));
        var since = double.Parse(arguments.Text("since"), CultureInfo.InvariantCulture);
        var (expected, watch) = (arguments.Number("expected"), Stopwatch.StartNew());
        while (await CountAsync(database, hash, since) < expected && watch.Elapsed < Timeout)
        {
            await Task.Delay(Interval);
        }

        var complete = DateTimeOffset.UtcNow;
        await Task.Delay(Settling);
        Settings.Print(("rows", await CountAsync(database, hash, since)), ("complete", complete.ToUnixTimeMilliseconds() / 1000.0));
    }

    private static async Task<long> CountAsync(NpgsqlDataSource database, string hash, double since)
    {
        await using var command = database.CreateCommand(Count);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = hash });
        command.Parameters.Add(new NpgsqlParameter<double> { TypedValue = since });
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
