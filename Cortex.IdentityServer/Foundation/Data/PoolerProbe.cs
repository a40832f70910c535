using Cortex.IdentityServer.Foundation.Data.Connections;
using Npgsql;

namespace Cortex.IdentityServer.Foundation.Data;

/// <summary>Finds out whether a pooler stands between the server and PostgreSQL.</summary>
internal static class PoolerProbe
{
    /// <summary>Statements that a connection keeps prepared, where it is PostgreSQL's own.</summary>
    private const int MostPrepared = 50;

    /// <summary>
    /// The connection string with <see cref="SessionDefaults"/> and prepared statements, unless it leads to a pooler or says itself what it wants.
    /// </summary>
    /// <remarks>
    /// A pooler that gives a connection to each transaction may run a statement where it was never prepared, and has sessions of its own. It invents the
    /// process id that it tells at the start, so another one than the backend's own gives it away; some refuse options in the first place.
    /// </remarks>
    public static async Task<string> AdaptAsync(string connectionString, CancellationToken cancellationToken)
    {
        var adapted = new NpgsqlConnectionStringBuilder(connectionString);
        SessionDefaults.AddTo(adapted);
        if (!adapted.ShouldSerialize("Max Auto Prepare"))
        {
            adapted.MaxAutoPrepare = MostPrepared;
        }

        try
        {
            return await IsDirectAsync(adapted.ConnectionString, cancellationToken) ? adapted.ConnectionString : connectionString;
        }
        catch (PostgresException refused) when (DatabaseFailure.In(refused) is null || refused.SqlState == PostgresErrorCodes.ProtocolViolation)
        {
            var isDirect = await IsDirectAsync(connectionString, cancellationToken);
            return isDirect && !new NpgsqlConnectionStringBuilder(connectionString).ShouldSerialize("Max Auto Prepare")
                ? new NpgsqlConnectionStringBuilder(connectionString) { MaxAutoPrepare = MostPrepared }.ConnectionString
                : connectionString;
        }
    }

    private static async Task<bool> IsDirectAsync(string connectionString, CancellationToken cancellationToken)
    {
        await using var source = DataSources.BuildUnpooled(connectionString);
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand("SELECT pg_backend_pid()", connection);
        return (int?)await command.ExecuteScalarAsync(cancellationToken) == connection.ProcessID;
    }
}
