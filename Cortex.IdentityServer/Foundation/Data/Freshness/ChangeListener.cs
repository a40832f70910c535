using System.Diagnostics;
using System.Net.Sockets;
using Cortex.IdentityServer.Foundation.Data.Connections;
using Npgsql;

namespace Cortex.IdentityServer.Foundation.Data.Freshness;

/// <summary>Listens for the notifications of the database's triggers (<c>NOTIFY cortex_changes</c>) on a connection of its own.</summary>
/// <remarks>
/// <para>A notification sent while the connection is down is lost, so every (re)connect invalidates the whole cache.</para>
/// <para>
/// A connection can be dead without an error (a frozen server, a cut cable), so it has to answer a query every half second. The answer also says whether
/// the server is still writable. A standby isn't trusted: changes are made elsewhere, and it sends no notifications of them.
/// </para>
/// <para>
/// Transaction poolers (PgBouncer, Neon's) accept LISTEN but deliver no notifications. The listener detects this with a notification to itself, and falls
/// back to polling: every cached entry is revalidated once a second.
/// </para>
/// </remarks>
internal sealed partial class ChangeListener(
    PostgresAddress address, NpgsqlDataSource dataSource, ServerWatch watch, Changes changes, ILogger<ChangeListener> logger) : BackgroundService
{
    private const string Channel = "cortex_changes";
    private const string EchoPrefix = "echo:";

    /// <summary>
    /// Together with the timeout, this is shorter than a statement's timeout, so the spare threads exist before statements block the others.
    /// </summary>
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(0.5);

    private static readonly TimeSpan HeartbeatTimeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan EchoTimeout = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    private const int MaxPolls = 60;

    /// <summary>
    /// The first delay is short, because every request queries the database until the connection is restored. It is longer during a long outage.
    /// </summary>
    private static readonly TimeSpan ReconnectDelay = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan LongReconnectDelay = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongOutage = TimeSpan.FromSeconds(5);

    private readonly NpgsqlDataSource _source = DataSources.BuildUnpooled(address.ConnectionString, "cortex-identity changes");

    private readonly SpareThreads _spareThreads = new(new NpgsqlConnectionStringBuilder(address.ConnectionString).MaxPoolSize);

    private long _lostAt;
    private bool _isLost;
    private bool _isPolling;
    private string? _readOnlyReason;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(stoppingToken);
            }
            catch (Exception failure) when (failure is NpgsqlException or SocketException or IOException or TimeoutException or InvalidOperationException
                || (failure is OperationCanceledException && !stoppingToken.IsCancellationRequested))
            {
                HandleLoss(failure);
            }

            var pause = _isLost && Stopwatch.GetElapsedTime(_lostAt) > LongOutage ? LongReconnectDelay : ReconnectDelay;
            await Task.Delay(pause, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await _source.DisposeAsync();
    }

    private async Task ListenAsync(CancellationToken stoppingToken)
    {
        _source.ClearHostStates();
        await using var connection = await _source.OpenConnectionAsync(stoppingToken);
        var echo = EchoPrefix + Guid.NewGuid();
        var receivedEcho = false;
        connection.Notification += (_, notice) =>
        {
            receivedEcho |= notice.Payload == echo;
            HandleNotification(notice.Payload);
        };
        var server = await CheckAsync(connection, stoppingToken);
        await RunAsync(connection, $"LISTEN {Channel}", stoppingToken);
        using var settled = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, watch.SetCurrent(server, out var mustRenew));
        if (mustRenew)
        {
            dataSource.ResetConnections();
        }

        dataSource.ClearHostStates();
        if (!await ReceivesEchoAsync(connection, echo, () => receivedEcho, settled.Token))
        {
            if (!_isPolling)
            {
                _isPolling = true;
                Log.Polling(logger);
            }

            await PollAsync(server, settled.Token);
            return;
        }

        _isPolling = false;

        // Cached entries are invalidated only now, when no further notification can be missed.
        changes.InvalidateAll();
        changes.MarkInSync();
        HandleRestoration();
        await ReceiveAsync(connection, settled.Token);
    }

    private async Task ReceiveAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        for (var checkedAt = Stopwatch.GetTimestamp(); ;)
        {
            await connection.WaitAsync(Heartbeat, cancellationToken);
            if (Stopwatch.GetElapsedTime(checkedAt) >= Heartbeat)
            {
                await CheckAsync(connection, cancellationToken);
                checkedAt = Stopwatch.GetTimestamp();
            }

            changes.MarkInSync();
        }
    }

    /// <summary>Checks that the server answers and is writable.</summary>
    private async Task<ServerState> CheckAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        EnsureWritable(await WithTimeoutAsync(ServerState.ReadAsync(connection, cancellationToken), cancellationToken));

    private static ServerState EnsureWritable(ServerState server) =>
        server.ReadOnlyReason is { } reason ? throw new UnsuitableServerException(reason) : server;

    private async Task<bool> ReceivesEchoAsync(NpgsqlConnection connection, string echo, Func<bool> isReceived, CancellationToken cancellationToken)
    {
        // Another connection sends the notification: a pooler may run it on the very connection that listens, which would receive it even without LISTEN
        // support.
        await using (var call = dataSource.CreateCommand($"SELECT pg_notify('{Channel}', '{echo}')"))
        {
            await call.ExecuteNonQueryAsync(cancellationToken);
        }

        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(EchoTimeout);
        try
        {
            while (!isReceived())
            {
                await connection.WaitAsync(timeout.Token);
            }

            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return isReceived();
        }
    }

    /// <summary>
    /// Polls for a minute, or until the database stops answering. The next connection may support LISTEN, or the echo may merely have been late.
    /// </summary>
    private async Task PollAsync(ServerState server, CancellationToken cancellationToken)
    {
        for (var poll = 0; poll < MaxPolls; poll++)
        {
            // If the pooler has moved to another server, the listening connection no longer represents it.
            if (EnsureWritable(
                await ServerState.ReadAsync(dataSource, cancellationToken).WaitAsync(HeartbeatTimeout, cancellationToken)).StartedAt != server.StartedAt)
            {
                break;
            }

            changes.RequireRevalidation();
            HandleRestoration();
            await Task.Delay(PollInterval, cancellationToken);
        }

        changes.MarkOutOfSync();
        watch.ClearCurrent();
    }

    private void HandleNotification(string payload)
    {
        if (Guid.TryParse(payload, out var userId))
        {
            changes.Invalidate(userId);
        }
        else if (!payload.StartsWith(EchoPrefix, StringComparison.Ordinal))
        {
            // The payload is "*", or has a newer version's format that this one can't read.
            changes.InvalidateAll();
        }
    }

    private void HandleLoss(Exception failure)
    {
        changes.MarkOutOfSync();
        watch.ClearCurrent();
        if (!_isLost)
        {
            _isLost = true;
            _lostAt = Stopwatch.GetTimestamp();
            _spareThreads.Add();
            if (failure is not UnsuitableServerException)
            {
                Log.Lost(logger, failure.GetType().Name);
            }
        }

        if (failure is UnsuitableServerException unsuitable && unsuitable.Message != _readOnlyReason)
        {
            _readOnlyReason = unsuitable.Message;
            Log.ReadOnly(logger, unsuitable.Message);
        }
    }

    private void HandleRestoration()
    {
        if (_isLost)
        {
            _isLost = false;
            _readOnlyReason = null;
            _spareThreads.Remove();
            Log.Restored(logger);
        }
    }

    private async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await WithTimeoutAsync(command.ExecuteNonQueryAsync(cancellationToken), cancellationToken);
    }

    /// <summary>
    /// Applies a separate timeout, because after Npgsql's own timeout, canceling the statement on a server that doesn't answer would take as long again.
    /// </summary>
    private async Task<T> WithTimeoutAsync<T>(Task<T> answer, CancellationToken cancellationToken)
    {
        try
        {
            return await answer.WaitAsync(HeartbeatTimeout, cancellationToken);
        }
        catch (TimeoutException failure)
        {
            // The loss is reported now, because closing the connection also tries to cancel the statement first.
            HandleLoss(failure);
            throw;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(
            1414,
            LogLevel.Warning,
            "Lost the connection that listens for changes in the database ({Failure}). Until it is restored, each request queries the database")]
        public static partial void Lost(ILogger logger, string failure);

        [LoggerMessage(1415, LogLevel.Warning, "PostgreSQL at POSTGRES_URL is read-only: {Reason}. This server isn't ready until it accepts writes")]
        public static partial void ReadOnly(ILogger logger, string reason);

        [LoggerMessage(1416, LogLevel.Information, "Listening for changes in the database again")]
        public static partial void Restored(ILogger logger);

        [LoggerMessage(
            1417,
            LogLevel.Warning,
            "POSTGRES_URL points to a connection pooler that doesn't support LISTEN, so cached data is refreshed only once a second. With a "
                + "direct connection, revocations take effect at once")]
        public static partial void Polling(ILogger logger);
    }
}
