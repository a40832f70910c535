using System.Net.Sockets;
using Npgsql;

namespace Cortex.IdentityServer.Data.Freshness;

/// <summary>Listens to what the database's triggers tell (<c>NOTIFY cortex_changes</c>), on a connection of its own.</summary>
/// <remarks>
/// <para>A notice that was sent while nobody listened is lost, so after every (re)connect all that is remembered is asked anew.</para>
/// <para>
/// A connection can be dead without an error (a frozen server, a cut cable): one that was silent for half a second has to answer a query.
/// </para>
/// <para>
/// Poolers that give a connection to each transaction (PgBouncer, Neon's) accept LISTEN and pass nothing on. A notice that this server
/// sends to itself finds that out; then everything remembered is asked anew each second.
/// </para>
/// </remarks>
internal sealed partial class ChangeListener(string connectionString, NpgsqlDataSource dataSource, Changes changes, ILogger<ChangeListener> logger) : BackgroundService
{
    private const string Channel = "cortex_changes";
    private const string EchoPrefix = "echo:";

    /// <summary>With the patience, shorter than a statement's timeout: the threads that those block are there before.</summary>
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(0.5);

    private static readonly TimeSpan HeartbeatPatience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan EchoPatience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    private const int PollsBeforeListening = 60;

    /// <summary>Short, since until the connection is back every request asks the database.</summary>
    private static readonly TimeSpan Reconnect = TimeSpan.FromMilliseconds(50);

    private readonly string _connectionString = new NpgsqlConnectionStringBuilder(connectionString)
    {
        ApplicationName = "cortex-identity changes",
        Pooling = false,
        MaxAutoPrepare = 0,
    }.ConnectionString;

    private readonly SpareThreads _spareThreads = new(new NpgsqlConnectionStringBuilder(connectionString).MaxPoolSize);

    private bool _isLost;
    private bool _isDeaf;

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

            await Task.Delay(Reconnect, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(_connectionString);
        var echo = EchoPrefix + Guid.NewGuid();
        var heardEcho = false;
        connection.Notification += (_, notice) =>
        {
            heardEcho |= notice.Payload == echo;
            Hear(notice.Payload);
        };
        await connection.OpenAsync(cancellationToken);
        await RunAsync(connection, $"LISTEN {Channel}", cancellationToken);
        if (!await HearsItselfAsync(connection, echo, () => heardEcho, cancellationToken))
        {
            if (!_isDeaf)
            {
                _isDeaf = true;
                Log.Deaf(logger);
            }

            await PollAsync(cancellationToken);
            return;
        }

        _isDeaf = false;

        // Only now, when nothing more can be missed: what was remembered before is asked anew.
        changes.EverythingChanged();
        changes.InSync();
        NoteBack();
        while (true)
        {
            if (!await connection.WaitAsync(Heartbeat, cancellationToken))
            {
                await RunAsync(connection, "SELECT 1", cancellationToken);
            }

            changes.InSync();
        }
    }

    private async Task<bool> HearsItselfAsync(NpgsqlConnection connection, string echo, Func<bool> heard, CancellationToken cancellationToken)
    {
        // From another connection: a pooler may run this on the very connection that listens, which then hears it as any would.
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

    /// <summary>For a minute, or until the database doesn't answer: the next connection may be one that hears, as where the echo was only late.</summary>
    private async Task PollAsync(CancellationToken cancellationToken)
    {
        for (var poll = 0; poll < PollsBeforeListening; poll++)
        {
            await using (var probe = dataSource.CreateCommand("SELECT 1"))
            {
                await probe.ExecuteScalarAsync(cancellationToken).WaitAsync(HeartbeatPatience, cancellationToken);
            }

            changes.AskAgain();
            NoteBack();
            await Task.Delay(Poll, cancellationToken);
        }

        changes.OutOfSync();
    }

    private void Hear(string payload)
    {
        if (Guid.TryParse(payload, out var userId))
        {
            changes.Changed(userId);
        }
        else if (!payload.StartsWith(EchoPrefix, StringComparison.Ordinal))
        {
            // "*", or a newer version's notice that this one can't read.
            changes.EverythingChanged();
        }
    }

    private void NoteLost(Exception failure)
    {
        changes.OutOfSync();
        if (!_isLost)
        {
            _isLost = true;
            _spareThreads.Add();
            Log.Lost(logger, failure.GetType().Name);
        }
    }

    private void NoteBack()
    {
        if (_isLost)
        {
            _isLost = false;
            _spareThreads.Remove();
            Log.Back(logger);
        }
    }

    /// <summary>Doesn't wait for Npgsql's own timeout, after which it would try for as long again to cancel on a server that doesn't answer.</summary>
    private async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        try
        {
            await command.ExecuteNonQueryAsync(cancellationToken).WaitAsync(HeartbeatPatience, cancellationToken);
        }
        catch (TimeoutException failure)
        {
            // Now and not when the connection is closed, which tries to cancel as well.
            NoteLost(failure);
            throw;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "The connection on which changes are heard is lost ({Failure}): until it is back the database is asked at each request")]
        public static partial void Lost(ILogger logger, string failure);

        [LoggerMessage(Level = LogLevel.Information, Message = "Changes are heard again")]
        public static partial void Back(ILogger logger);

        [LoggerMessage(Level = LogLevel.Warning, Message = "POSTGRES_URL leads through a pooler that passes no notices on (LISTEN): what is remembered is asked anew each second. A direct connection makes revocation immediate")]
        public static partial void Deaf(ILogger logger);
    }
}
