using System.Net.Sockets;
using Cortex.IdentityServer.Foundation.Configuration;
using Npgsql;

namespace Cortex.IdentityServer.Foundation.Data;

/// <summary>Tells a database that can't be used from a mistake of ours.</summary>
internal static class DatabaseFailure
{
    /// <summary>Classes of SQLSTATE that say it's the database: connection, refused login, no such database, resources, operator, system.</summary>
    private static readonly string[] Unusable = ["08", "28", "3D", "53", "57", "58"];

    /// <summary>
    /// Read-only is what is left of a primary after a failover, or of a hosted one whose disk is full; the others are timeouts that an operator set.
    /// </summary>
    private static readonly string[] UnusableStates =
        [PostgresErrorCodes.ReadOnlySqlTransaction, IdleInTransactionTimeout, TransactionTimeout];

    private const string IdleInTransactionTimeout = "25P03";
    private const string TransactionTimeout = "25P04";

    /// <summary>The error that PostgreSQL answered, if that caused this; whatever it says.</summary>
    public static PostgresException? FromPostgres(Exception? exception) => Causes(exception).OfType<PostgresException>().FirstOrDefault();

    /// <summary>What Npgsql failed with, if that caused this: PostgreSQL's answer, a lost connection, or a host name that can't be resolved.</summary>
    public static Exception? FromNpgsql(Exception? exception) => Causes(exception).FirstOrDefault(cause => cause
        is NpgsqlException
        or InvalidOperationException { Source: nameof(Npgsql) }
        or SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain });

    /// <summary>The failure to reach PostgreSQL that caused this, if one did; EF Core wraps it in exceptions of its own.</summary>
    public static Exception? In(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            switch (exception)
            {
                // Npgsql puts the server's answer to a cancelled statement into it: somebody went away, and the database is well.
                case OperationCanceledException:
                    return null;

                // Only what says that the server is away, busy or going: a wrong statement is our fault and not "try again".
                case PostgresException postgres:
                    return postgres.IsTransient || UnusableStates.Contains(postgres.SqlState) || Unusable.Contains(postgres.SqlState[..2])
                        ? postgres
                        : null;
                case NpgsqlException or SocketException or TimeoutException:
                    return exception;

                // Npgsql has lost track of the protocol, as where a standby refused a statement while that was being prepared. It has closed the connection.
                case { Source: nameof(Npgsql) } when exception.GetType() == typeof(Exception):
                    return exception;

                // What Npgsql says of a transaction whose connection was lost between two statements. The source is the assembly of the method that threw,
                // which is EF Core's once the runtime has inlined Npgsql's into it.
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
