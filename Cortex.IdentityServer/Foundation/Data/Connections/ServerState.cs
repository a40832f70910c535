using System.Data.Common;
using Npgsql;

namespace Cortex.IdentityServer.Foundation.Data.Connections;

/// <summary>What a connection's PostgreSQL says about itself.</summary>
/// <param name="StartedAt">When its postmaster started: a primary and its standbys have the same system identifier, but never the same start.</param>
/// <param name="IsStandby">Whether it replays another server's log.</param>
/// <param name="IsReadOnly">Whether a transaction can't write: on every standby, and wherever <c>default_transaction_read_only</c> is on.</param>
internal sealed record ServerState(DateTime StartedAt, bool IsStandby, bool IsReadOnly)
{
    private const string Sql = "SELECT pg_postmaster_start_time(), pg_is_in_recovery(), current_setting('transaction_read_only') = 'on'";

    /// <summary>Why nothing can be written, as a clause; null where it can.</summary>
    public string? ReadOnlyReason => this switch
    {
        { IsStandby: true } => "it is a standby",
        { IsReadOnly: true } => "default_transaction_read_only is on for this role, database or server",
        _ => null,
    };

    /// <summary>Asks the server that this connection is open to.</summary>
    public static async Task<ServerState> ReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Sql, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return Of(reader);
    }

    /// <summary>Asks the server behind any connection of the pool.</summary>
    public static async Task<ServerState> ReadAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await ReadAsync(connection, cancellationToken);
    }

    /// <summary>Asks the server that this connection is open to, on this thread.</summary>
    public static ServerState Read(NpgsqlConnection connection)
    {
        using var command = new NpgsqlCommand(Sql, connection);
        using var reader = command.ExecuteReader();
        reader.Read();
        return Of(reader);
    }

    private static ServerState Of(DbDataReader row) => new(row.GetDateTime(0), row.GetBoolean(1), row.GetBoolean(2));
}
