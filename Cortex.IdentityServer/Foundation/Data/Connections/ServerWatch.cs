using Npgsql;

namespace Cortex.IdentityServer.Foundation.Data.Connections;

/// <summary>Keeps all connections on one PostgreSQL: it notices when POSTGRES_URL leads to another server than before, as after a failover.</summary>
/// <remarks>
/// The connection that hears changes decides which server is the right one. A pooled connection to any other server, or to one that can't write, would
/// serve stale answers, and notices of changes made there would never arrive. So a doubt makes the listener connect anew, and nothing that is
/// remembered counts until it has.
/// </remarks>
internal sealed class ServerWatch : IDisposable
{
    private readonly Lock _lock = new();
    private ServerState? _current;
    private DateTime? _pooled;
    private bool _isMixed;
    private CancellationTokenSource _doubts = new();

    /// <summary>Whether the listener is connected to a server that can be written.</summary>
    public bool IsSettled
    {
        get
        {
            lock (_lock)
            {
                return _current is not null;
            }
        }
    }

    /// <summary>A connection was opened to this server.</summary>
    /// <param name="server">What it says.</param>
    public void Opened(ServerState server)
    {
        lock (_lock)
        {
            // Also if that server becomes a primary: statements that it refused meanwhile may be half prepared there.
            _isMixed |= server.IsReadOnly || (_pooled ??= server.StartedAt) != server.StartedAt;
            if (_current is not null && (server.IsReadOnly || server.StartedAt != _current.StartedAt))
            {
                RaiseDoubt();
            }
        }
    }

    /// <summary>A statement failed, perhaps in a way that a failover would explain.</summary>
    /// <param name="failure">What was thrown.</param>
    public void Failed(Exception failure)
    {
        if (DatabaseFailure.FromPostgres(failure) is not { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction })
        {
            return;
        }

        lock (_lock)
        {
            if (_current is not null)
            {
                _isMixed = true;
                RaiseDoubt();
            }
        }
    }

    /// <summary>The listener has connected to this server, which is the right one from now on.</summary>
    /// <param name="server">What its connection says.</param>
    /// <param name="mustRenew">Whether the pool may hold connections to another server.</param>
    /// <returns>Canceled as soon as that is doubtful.</returns>
    public CancellationToken Follow(ServerState server, out bool mustRenew)
    {
        lock (_lock)
        {
            mustRenew = _isMixed || (_pooled is { } pooled && pooled != server.StartedAt);
            _current = server;
            if (mustRenew)
            {
                _isMixed = false;
                _pooled = null;
            }

            if (_doubts.IsCancellationRequested)
            {
                _doubts = new();
            }

            return _doubts.Token;
        }
    }

    /// <summary>The listener has lost its connection.</summary>
    public void Lose()
    {
        lock (_lock)
        {
            _current = null;
        }
    }

    public void Dispose() => _doubts.Dispose();

    private void RaiseDoubt()
    {
        _current = null;

        // What the listener does next must not run under the lock.
        _ = _doubts.CancelAsync();
    }
}
