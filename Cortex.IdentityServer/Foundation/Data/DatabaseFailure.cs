using System.Net.Sockets;
using Cortex.IdentityServer.Foundation.Configuration;
using Npgsql;

namespace Cortex.IdentityServer.Foundation.Data;

/// <summary>Distinguishes an unusable database from a bug in this server.</summary>
internal static class DatabaseFailure
{
    /// <summary>
    /// SQLSTATE classes that mean the database is unusable: connection, authentication, missing database, resources, operator intervention, system error.
    /// </summary>
    private static readonly string[] UnusableClasses = ["08", "28", "3D", "53", "57", "58"];

    /// <summary>
    /// A former primary after a failover, or a hosted one whose disk is full, is read-only; the other states are timeouts that an operator set.
    /// </summary>
    private static readonly string[] UnusableStates =
        [PostgresErrorCodes.ReadOnlySqlTransaction, IdleInTransactionTimeout, TransactionTimeout];

    /// <summary>
    /// Npgsql and PostgreSQL disagree about what a connection has prepared, for example because PostgreSQL stopped between preparing a statement and running
    /// it. The connection answers like this until it is closed.
    /// </summary>
    private static readonly string[] OutOfStepStates = [PostgresErrorCodes.DuplicatePreparedStatement, PostgresErrorCodes.InvalidSqlStatementName];

    private const string IdleInTransactionTimeout = "25P03";
    private const string TransactionTimeout = "25P04";

    /// <summary>Returns the PostgreSQL error that caused the exception, whatever its code; null if none did.</summary>
    public static PostgresException? FromPostgres(Exception? exception) => Causes(exception).OfType<PostgresException>().FirstOrDefault();

    /// <summary>Whether pooled connections must be replaced: one is out of step, or leads to a server that is read-only.</summary>
    public static bool NeedsNewConnections(Exception? exception) =>
        FromPostgres(exception) is { } postgres
        && (postgres.SqlState == PostgresErrorCodes.ReadOnlySqlTransaction || OutOfStepStates.Contains(postgres.SqlState));

    /// <summary>Returns the Npgsql failure that caused the exception: a PostgreSQL error, a lost connection, or a host name that can't be resolved.</summary>
    public static Exception? FromNpgsql(Exception? exception) => Causes(exception).FirstOrDefault(cause => cause
        is NpgsqlException
        or InvalidOperationException { Source: nameof(Npgsql) }
        or NullReferenceException { Source: nameof(Npgsql) }
        or SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain });

    /// <summary>
    /// Returns the failure to use PostgreSQL that caused the exception, or null if none did. EF Core wraps such failures in its own exceptions.
    /// </summary>
    public static Exception? In(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            switch (exception)
            {
                // Npgsql wraps the server's response to a canceled statement in this exception: the client disconnected, and the database is fine.
                case OperationCanceledException:
                    return null;

                // Only errors that mean the server is unreachable, overloaded, or shutting down count. An invalid statement is a bug, and a retry won't
                // help.
                case PostgresException postgres:
                    return postgres.IsTransient
                        || UnusableStates.Contains(postgres.SqlState)
                        || OutOfStepStates.Contains(postgres.SqlState)
                        || UnusableClasses.Contains(postgres.SqlState[..2])
                            ? postgres
                            : null;
                case NpgsqlException or SocketException or TimeoutException:
                    return exception;

                // Npgsql lost track of the protocol, for example because a standby rejected a statement while it was being prepared. The connection is
                // already closed.
                case { Source: nameof(Npgsql) } when exception.GetType() == typeof(Exception):
                    return exception;

                // Npgsql fails like this if the connection breaks while it reads the first result.
                case NullReferenceException { Source: nameof(Npgsql) }:
                    return exception;

                // Npgsql throws this when the connection was lost between two statements of a transaction. The source is the assembly of the throwing
                // method, which is EF Core's once the runtime has inlined Npgsql's method.
                case InvalidOperationException { Source: nameof(Npgsql) } or InvalidOperationException { Message: FrameworkInternals.LostTransaction }:
                    return exception;
            }
        }

        return null;
    }

    private static IEnumerable<Exception> Causes(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            yield return exception;
        }
    }
}
