using Cortex.IdentityServer.Foundation.Data.Connections;
using Npgsql;

namespace Cortex.IdentityServer.Foundation.Data;

/// <summary>Detects a connection pooler between the server and PostgreSQL.</summary>
internal static class PoolerProbe
{
    /// <summary>The number of statements that a direct connection keeps prepared.</summary>
    private const int MaxPreparedStatements = 50;

    /// <summary>
    /// Adds <see cref="SessionDefaults"/> and prepared statements to the connection string, unless it leads to a pooler or sets them itself.
    /// </summary>
    /// <remarks>
    /// A transaction pooler may run a statement on a connection where it was never prepared, and its sessions aren't the server's own. Poolers invent the
    /// process ID that they report at the start, so it differs from the backend's; some reject startup options altogether.
    /// </remarks>
    public static async Task<string> AdaptAsync(string connectionString, CancellationToken cancellationToken)
    {
        var adapted = new NpgsqlConnectionStringBuilder(connectionString);
        SessionDefaults.AddTo(adapted);
        if (!adapted.ShouldSerialize("Max Auto Prepare"))
        {
            adapted.MaxAutoPrepare = MaxPreparedStatements;
        }

        try
        {
            return await IsDirectAsync(adapted.ConnectionString, cancellationToken) ? adapted.ConnectionString : connectionString;
        }
        catch (PostgresException refused) when (DatabaseFailure.In(refused) is null || refused.SqlState == PostgresErrorCodes.ProtocolViolation)
        {
            var isDirect = await IsDirectAsync(connectionString, cancellationToken);
            return isDirect && !new NpgsqlConnectionStringBuilder(connectionString).ShouldSerialize("Max Auto Prepare")
                ? new NpgsqlConnectionStringBuilder(connectionString) { MaxAutoPrepare = MaxPreparedStatements }.ConnectionString
                : connectionString;
        }
    }

    /// <summary>Whether the connection string leads to PostgreSQL itself rather than to a pooler.</summary>
    public static async Task<bool> IsDirectAsync(string connectionString, CancellationToken cancellationToken)
    {
        await using var source = DataSources.BuildUnpooled(connectionString);
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand("SELECT pg_backend_pid()", connection);
        return (int?)await command.ExecuteScalarAsync(cancellationToken) == connection.ProcessID;
    }
}
