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
    string connectionString, NpgsqlDataSource dataSource, ServerWatch watch, Changes changes, ILogger<ChangeListener> logger) : BackgroundService
{
    private const string Channel = "cortex_changes";
    private const string EchoPrefix = "echo:";

    /// <summary>
    /// Together with the timeout, this is shorter than a statement's timeout, so the spare threads exist before statements block the others.
    /// </summary>
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(0.5);

    private static readonly TimeSpan HeartbeatPatience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan EchoPatience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    private const int PollsBeforeListening = 60;

    /// <summary>
    /// The first delay is short, because every request queries the database until the connection is restored. It is longer during a long outage.
    /// </summary>
    private static readonly TimeSpan Reconnect = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan LateReconnect = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);

    private readonly NpgsqlDataSource _source = DataSources.BuildUnpooled(connectionString, "cortex-identity changes");

    private readonly SpareThreads _spareThreads = new(new NpgsqlConnectionStringBuilder(connectionString).MaxPoolSize);

    private long _lostAt;
    private bool _isLost;
    private bool _isDeaf;
    private string? _readOnlyReason;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await FollowAsync(stoppingToken);
            }
            catch (Exception failure) when (failure is NpgsqlException or SocketException or IOException or TimeoutException or InvalidOperationException
                || (failure is OperationCanceledException && !stoppingToken.IsCancellationRequested))
            {
                NoteLost(failure);
            }

            var pause = _isLost && Stopwatch.GetElapsedTime(_lostAt) > Soon ? LateReconnect : Reconnect;
            await Task.Delay(pause, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await _source.DisposeAsync();
    }

    private async Task FollowAsync(CancellationToken stoppingToken)
    {
        _source.LookAgain();
        await using var connection = await _source.OpenConnectionAsync(stoppingToken);
        var echo = EchoPrefix + Guid.NewGuid();
        var heardEcho = false;
        connection.Notification += (_, notice) =>
        {
            heardEcho |= notice.Payload == echo;
            Hear(notice.Payload);
        };
        var server = await CheckAsync(connection, stoppingToken);
        await RunAsync(connection, $"LISTEN {Channel}", stoppingToken);
        using var settled = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, watch.Follow(server, out var mustRenew));
        if (mustRenew)
        {
            dataSource.Renew();
        }

        dataSource.LookAgain();
        if (!await HearsItselfAsync(connection, echo, () => heardEcho, settled.Token))
        {
            if (!_isDeaf)
            {
                _isDeaf = true;
                Log.Deaf(logger);
            }

            await PollAsync(server, settled.Token);
            return;
        }

        _isDeaf = false;

        // Cached entries are invalidated only now, when no further notification can be missed.
        changes.EverythingChanged();
        changes.InSync();
        NoteBack();
        await HearAsync(connection, settled.Token);
    }

    private async Task HearAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        for (var checkedAt = Stopwatch.GetTimestamp(); ;)
        {
            await connection.WaitAsync(Heartbeat, cancellationToken);
            if (Stopwatch.GetElapsedTime(checkedAt) >= Heartbeat)
            {
                await CheckAsync(connection, cancellationToken);
                checkedAt = Stopwatch.GetTimestamp();
            }

            changes.InSync();
        }
    }

    /// <summary>Checks that the server answers and is writable.</summary>
    private async Task<ServerState> CheckAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        Suitable(await InTimeAsync(ServerState.ReadAsync(connection, cancellationToken), cancellationToken));

    private static ServerState Suitable(ServerState server) =>
        server.ReadOnlyReason is { } reason ? throw new UnsuitableServerException(reason) : server;

    private async Task<bool> HearsItselfAsync(NpgsqlConnection connection, string echo, Func<bool> heard, CancellationToken cancellationToken)
    {
        // Another connection sends the notification: a pooler may run it on the very connection that listens, which would receive it even without LISTEN
        // support.
        await using (var call = dataSource.CreateCommand($"SELECT pg_notify('{Channel}', '{echo}')"))
        {
            await call.ExecuteNonQueryAsync(cancellationToken);
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(EchoPatience);
        try
        {
            while (!heard())
            {
                await connection.WaitAsync(patience.Token);
            }

            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return heard();
        }
    }

    /// <summary>
    /// Polls for a minute, or until the database stops answering. The next connection may support LISTEN, or the echo may merely have been late.
    /// </summary>
    private async Task PollAsync(ServerState server, CancellationToken cancellationToken)
    {
        for (var poll = 0; poll < PollsBeforeListening; poll++)
        {
            // If the pooler has moved to another server, the listening connection no longer represents it.
            if (Suitable(
                await ServerState.ReadAsync(dataSource, cancellationToken).WaitAsync(HeartbeatPatience, cancellationToken)).StartedAt != server.StartedAt)
            {
                break;
            }

            changes.AskAgain();
            NoteBack();
            await Task.Delay(Poll, cancellationToken);
        }

        changes.OutOfSync();
        watch.Lose();
    }

    private void Hear(string payload)
    {
        if (Guid.TryParse(payload, out var userId))
        {
            changes.Changed(userId);
        }
        else if (!payload.StartsWith(EchoPrefix, StringComparison.Ordinal))
        {
            // The payload is "*", or has a newer version's format that this one can't read.
            changes.EverythingChanged();
        }
    }

    private void NoteLost(Exception failure)
    {
        changes.OutOfSync();
        watch.Lose();
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

    private void NoteBack()
    {
        if (_isLost)
        {
            _isLost = false;
            _readOnlyReason = null;
            _spareThreads.Remove();
            Log.Back(logger);
        }
    }

    private async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await InTimeAsync(command.ExecuteNonQueryAsync(cancellationToken), cancellationToken);
    }

    /// <summary>Applies a timeout of its own: after Npgsql's, canceling the statement on a server that doesn't answer would take as long again.</summary>
    private async Task<T> InTimeAsync<T>(Task<T> answer, CancellationToken cancellationToken)
    {
        try
        {
            return await answer.WaitAsync(HeartbeatPatience, cancellationToken);
        }
        catch (TimeoutException failure)
        {
            // The loss is reported now, because closing the connection also tries to cancel the statement first.
            NoteLost(failure);
            throw;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(
            Level = LogLevel.Warning,
            Message = "Lost the connection that listens for changes in the database ({Failure}). Until it is restored, each request queries the database")]
        public static partial void Lost(ILogger logger, string failure);

        [LoggerMessage(
            Level = LogLevel.Warning, Message = "PostgreSQL at POSTGRES_URL is read-only: {Reason}. This server isn't ready until it accepts writes")]
        public static partial void ReadOnly(ILogger logger, string reason);

        [LoggerMessage(Level = LogLevel.Information, Message = "Listening for changes in the database again")]
        public static partial void Back(ILogger logger);

        [LoggerMessage(
            Level = LogLevel.Warning,
            Message = "POSTGRES_URL points to a connection pooler that doesn't support LISTEN, so cached data is refreshed only once a second. With a "
                + "direct connection, revocations take effect at once")]
        public static partial void Deaf(ILogger logger);
    }
}
