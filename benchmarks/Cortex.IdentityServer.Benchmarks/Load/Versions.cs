using System.Runtime.InteropServices;
using System.Text.Json;
using Npgsql;

namespace Cortex.IdentityServer.Benchmarks.Load;

/// <summary>Prints the versions of .NET and PostgreSQL that the run uses.</summary>
internal static class Versions
{
    public static async Task RunAsync(IConfiguration arguments)
    {
        await using var database = NpgsqlDataSource.Create(arguments.Text("database"));
        await using var command = database.CreateCommand("SHOW server_version");
        Console.WriteLine(JsonSerializer.Serialize(new Dictionary<string, string>
        {
            ["dotnet"] = RuntimeInformation.FrameworkDescription,
            ["postgres"] = (string)(await command.ExecuteScalarAsync())!,
        }));
    }
}
