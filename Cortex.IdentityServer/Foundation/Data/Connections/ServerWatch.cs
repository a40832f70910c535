namespace Cortex.IdentityServer.Foundation.Data.Connections;

/// <summary>Keeps all connections on one PostgreSQL server, and notices when POSTGRES_URL leads to another one, for example after a failover.</summary>
/// <remarks>
/// The connection that listens for changes decides which server is the right one. A pooled connection to any other server, or to a read-only one, would
/// return stale data, and notifications of changes made there would never arrive. So when in doubt, the listener reconnects, and nothing in the cache is
/// trusted until it has.
/// </remarks>
internal sealed class ServerWatch : IDisposable
{
    private readonly Lock _lock = new();
    private ServerState? _current;
    private DateTime? _pooledStart;
    private bool _mayBeMixed;
    private CancellationTokenSource _reconnect = new();

    /// <summary>Whether the listener is connected to a writable server.</summary>
    public bool IsConnected
    {
        get
        {
            lock (_lock)
            {
                return _current is not null;
            }
        }
    }

    /// <summary>Reports that a connection was opened.</summary>
    /// <param name="server">The state of its server.</param>
    public void ReportConnection(ServerState server)
    {
        lock (_lock)
        {
            // This holds even if that server is promoted later: statements that it rejected in the meantime may be half prepared there.
            _mayBeMixed |= server.IsReadOnly || (_pooledStart ??= server.StartedAt) != server.StartedAt;
            if (_current is not null && (server.IsReadOnly || server.StartedAt != _current.StartedAt))
            {
                RequireReconnect();
            }
        }
    }

    /// <summary>Reports a failed statement. After a failover or a restart, it can mean that pooled connections must be replaced.</summary>
    /// <param name="failure">The exception.</param>
    public void ReportFailure(Exception failure)
    {
        if (!DatabaseFailure.NeedsNewConnections(failure))
        {
            return;
        }

        lock (_lock)
        {
            if (_current is not null)
            {
                _mayBeMixed = true;
                RequireReconnect();
            }
        }
    }

    /// <summary>Reports that the listener has connected to this server, which is the right one from now on.</summary>
    /// <param name="server">The state of its server.</param>
    /// <param name="mustRenew">Whether the pool may hold connections to another server.</param>
    /// <returns>A token that is canceled when the listener has to reconnect.</returns>
    public CancellationToken SetCurrent(ServerState server, out bool mustRenew)
    {
        lock (_lock)
        {
            mustRenew = _mayBeMixed || (_pooledStart is { } pooled && pooled != server.StartedAt);
            _current = server;
            if (mustRenew)
            {
                _mayBeMixed = false;
                _pooledStart = null;
            }

            if (_reconnect.IsCancellationRequested)
            {
                _reconnect = new();
            }

            return _reconnect.Token;
        }
    }

    /// <summary>Reports that the listener has lost its connection.</summary>
    public void ClearCurrent()
    {
        lock (_lock)
        {
            _current = null;
        }
    }

    public void Dispose() => _reconnect.Dispose();

    private void RequireReconnect()
    {
        _current = null;

        // The listener's continuation must not run under the lock.
        _ = _reconnect.CancelAsync();
    }
}
