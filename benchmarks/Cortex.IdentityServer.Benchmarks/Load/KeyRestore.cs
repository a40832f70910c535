using Npgsql;

namespace Cortex.IdentityServer.Benchmarks.Load;

/// <summary>Makes a revoked API key valid again, so that revoking the same key can be measured several times.</summary>
internal static class KeyRestore
{
    public static async Task RunAsync(IConfiguration arguments)
    {
        await using var database = NpgsqlDataSource.Create(arguments.Text("database"));
        await using var command = database.CreateCommand("UPDATE api_keys SET revoked_at = NULL, is_active = true WHERE id = $1 AND revoked_at IS NOT NULL");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = Guid.Parse(arguments.Text("key")) });
        Settings.Print(("restored", await command.ExecuteNonQueryAsync()));
    }
}
