using System.Text.Json;
using Npgsql;

namespace Cortex.IdentityServer.Benchmarks.Load;

/// <summary>Lists users to send webhooks about, and the number of webhooks that are still waiting.</summary>
internal static class Webhooks
{
    private const string Sql = "SELECT (SELECT count(*) FROM billing_inbox), ARRAY(SELECT id::text FROM users ORDER BY id LIMIT $1)";

    public static async Task RunAsync(IConfiguration arguments)
    {
        await using var database = NpgsqlDataSource.Create(arguments.Text("database"));
        await using var command = database.CreateCommand(Sql);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = arguments.Number("users") });
        await using var row = await command.ExecuteReaderAsync();
        await row.ReadAsync();
        Console.WriteLine(JsonSerializer.Serialize(new { waiting = row.GetInt64(0), users = row.GetFieldValue<string[]>(1) }));
    }
}
