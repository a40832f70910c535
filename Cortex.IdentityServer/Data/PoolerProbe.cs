using Npgsql;

namespace Cortex.IdentityServer.Data;

/// <summary>Finds out whether a pooler stands between the server and PostgreSQL.</summary>
internal static class PoolerProbe
{
    /// <summary>Statements that a connection keeps prepared, where it is PostgreSQL's own.</summary>
    private const int MostPrepared = 50;

    /// <summary>The connection string with prepared statements, unless it leads to a pooler or says itself what it wants.</summary>
    /// <remarks>
    /// A pooler that gives a connection to each transaction may run a statement where it was never prepared. It invents the process id that it
    /// tells at the start, so another one than the backend's own gives it away.
    /// </remarks>
    public static async Task<string> WithPreparedStatementsAsync(string connectionString, CancellationToken cancellationToken)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString);
        if (builder.ShouldSerialize("Max Auto Prepare"))
        {
            return connectionString;
        }

        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand("SELECT pg_backend_pid()", connection);
        if ((int?)await command.ExecuteScalarAsync(cancellationToken) == connection.ProcessID)
        {
            builder.MaxAutoPrepare = MostPrepared;
        }

        return builder.ConnectionString;
    }
}
