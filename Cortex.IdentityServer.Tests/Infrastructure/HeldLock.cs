using Npgsql;

namespace Cortex.IdentityServer.Tests.Infrastructure;

/// <summary>Holds locks of PostgreSQL in a transaction that is rolled back at the end.</summary>
internal static class HeldLock
{
    /// <param name="connectionString">The database.</param>
    /// <param name="sql">A statement that locks tables or rows.</param>
    /// <returns>A connection that isn't pooled. Disposing of it releases the locks.</returns>
    public static async Task<NpgsqlConnection> TakeAsync(string connectionString, string sql)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand($"BEGIN; {sql}", connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        return connection;
    }
}
