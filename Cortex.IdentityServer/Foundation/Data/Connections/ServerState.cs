using System.Data.Common;
using Npgsql;

namespace Cortex.IdentityServer.Foundation.Data.Connections;

/// <summary>The state that PostgreSQL reports about itself on a connection.</summary>
/// <param name="StartedAt">When its postmaster started. A primary and its standbys share a system identifier, but never the start time.</param>
/// <param name="IsStandby">Whether it replays another server's WAL.</param>
/// <param name="IsReadOnly">Whether writes fail: on every standby, and wherever <c>default_transaction_read_only</c> is on.</param>
internal sealed record ServerState(DateTime StartedAt, bool IsStandby, bool IsReadOnly)
{
    /// <summary>Whether writes fail.</summary>
    public const string IsReadOnlySql = "current_setting('transaction_read_only') = 'on'";

    private const string Sql = $"SELECT pg_postmaster_start_time(), pg_is_in_recovery(), {IsReadOnlySql}";

    /// <summary>Why writes fail, as a clause; null if they don't.</summary>
    public string? ReadOnlyReason => this switch
    {
        { IsStandby: true } => "it is a standby",
        { IsReadOnly: true } => "default_transaction_read_only is on for this role, database or server",
        _ => null,
    };

    /// <summary>Reads the state of the server at the other end of this connection.</summary>
    public static async Task<ServerState> ReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Sql, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return FromRow(reader);
    }

    /// <summary>Reads the state of the server that the pool is connected to.</summary>
    public static async Task<ServerState> ReadAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await ReadAsync(connection, cancellationToken);
    }

    /// <summary>Reads the state of the server at the other end of this connection, synchronously.</summary>
    public static ServerState Read(NpgsqlConnection connection)
    {
        using var command = new NpgsqlCommand(Sql, connection);
        using var reader = command.ExecuteReader();
        reader.Read();
        return FromRow(reader);
    }

    private static ServerState FromRow(DbDataReader row) => new(row.GetDateTime(0), row.GetBoolean(1), row.GetBoolean(2));
}
