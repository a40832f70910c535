using Npgsql;

namespace Cortex.IdentityServer.Features.Usage.Sums;

/// <summary>
/// Adds up <c>usage_deltas</c> in the tables of sums every two seconds, on one replica at a time, so that a report reads only a few rows (decision 0024).
/// </summary>
/// <remarks>
/// Each batch is a transaction of its own, so whoever reads the sums and the deltas in one statement sees each request exactly once. What isn't committed yet
/// waits for the next run.
/// </remarks>
internal sealed partial class UsageFold(
    NpgsqlDataSource database, IEnumerable<IFoldTarget> targets, IEnumerable<IUsageFolded> listeners, TimeProvider clock, ILogger<UsageFold> logger)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <summary>The advisory lock's key: "cortexus" in ASCII.</summary>
    private const long LockKey = 0x636F727465787573;

    /// <summary>The timeout of a statement, which is long because no client waits for it.</summary>
    private const int TimeoutSeconds = 60;

    /// <summary>
    /// Returns NULL if there are no rows to fold, and otherwise whether no other replica is folding them. CASE guarantees the order of evaluation. The
    /// statistics of a table that is always being emptied say little, so the planner is told not to join row by row, which would take minutes with many
    /// names.
    /// </summary>
    private const string BeginSql = $"SELECT CASE WHEN EXISTS (SELECT FROM usage_deltas) THEN {TurnSql} END, {PlannerSql}";

    private const string ShortenSql = $"SELECT {TurnSql}, {PlannerSql}";
    private const string TurnSql = "pg_try_advisory_xact_lock($1)";
    private const string PlannerSql = "set_config('enable_nestloop', 'off', true)";

    private readonly string _moveSql = FoldSql.Move(targets);
    private readonly HashSet<IUsageFolded> _failingListeners = [];
    private bool _isFailing;
    private long _currentAt = clock.GetTimestamp();

    /// <summary>The time since a moment up to which all usage had been folded, as far as this replica knows.</summary>
    public TimeSpan Lag => clock.GetElapsedTime(Volatile.Read(ref _currentAt));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await RunAsync(stoppingToken);
                _isFailing = false;
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                // An unhandled exception would stop the server. The rows are kept, and the next run retries.
                if (!_isFailing)
                {
                    Log.Failed(logger, failure.GetType().Name);
                }

                _isFailing = true;
            }
        }
    }

    /// <summary>Folds all rows that are committed now, batch by batch, and notifies the listeners. Another replica may be doing so already.</summary>
    /// <returns>The users whose sums this run changed.</returns>
    public async Task<IReadOnlyCollection<Guid>> RunAsync(CancellationToken cancellationToken)
    {
        var users = new HashSet<Guid>();
        var started = clock.GetTimestamp();
        try
        {
            for (var last = 0L; await FoldAsync(last, started, cancellationToken) is { } batch; last = batch.Last)
            {
                users.UnionWith(batch.Users);
                if (batch.Count < FoldSql.BatchSize)
                {
                    break;
                }
            }
        }
        finally
        {
            await NotifyAsync(users, cancellationToken);
        }

        return users;
    }

    /// <summary>Folds the first rows after an id. Returns null if there are none, or if another replica is folding.</summary>
    private async Task<FoldedBatch?> FoldAsync(long after, long started, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var isTurn = await TakeTurnAsync(connection, BeginSql, cancellationToken);
        if (isTurn is not true)
        {
            UpdateLag(isComplete: isTurn is null, started);
            return null;
        }

        // A new statement, and therefore a new snapshot: it sees what the replica that had the lock before has committed.
        if (await MoveAsync(connection, after, cancellationToken) is not { } batch)
        {
            UpdateLag(isComplete: true, started);
            return null;
        }

        await transaction.CommitAsync(cancellationToken);
        UpdateLag(isComplete: batch.Count < FoldSql.BatchSize, started);
        foreach (var list in batch.Crowded)
        {
            await ShortenAsync(connection, list, cancellationToken);
        }

        return batch;
    }

    /// <summary>
    /// Shortens a list of names in a transaction of its own, because one user with very many sums must not keep those of others from being folded. A list that
    /// can't be shortened stays long until it gets another name.
    /// </summary>
    private async Task ShortenAsync(NpgsqlConnection connection, NameList list, CancellationToken cancellationToken)
    {
        try
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            if (await TakeTurnAsync(connection, ShortenSql, cancellationToken) is true)
            {
                await UsageNames.ShortenAsync(connection, list, TimeoutSeconds, cancellationToken);
                await transaction.CommitAsync(cancellationToken);
            }
        }
        catch (PostgresException failure)
        {
            Log.NotShortened(logger, list.UserId, failure.SqlState);
        }
        catch (NpgsqlException failure) when (failure.InnerException is TimeoutException)
        {
            Log.NotShortened(logger, list.UserId, nameof(TimeoutException));
        }
    }

    private void UpdateLag(bool isComplete, long started)
    {
        if (isComplete)
        {
            Volatile.Write(ref _currentAt, started);
        }
    }

    /// <summary>Returns false if another replica is folding, and null if the statement finds nothing to do.</summary>
    private static async Task<bool?> TakeTurnAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var turn = new NpgsqlCommand(sql, connection);
        turn.Parameters.Add(new NpgsqlParameter<long> { TypedValue = LockKey });
        return await turn.ExecuteScalarAsync(cancellationToken) as bool?;
    }

    private async Task<FoldedBatch?> MoveAsync(NpgsqlConnection connection, long after, CancellationToken cancellationToken)
    {
        await using var move = new NpgsqlCommand(_moveSql, connection) { CommandTimeout = TimeoutSeconds };
        move.Parameters.Add(new NpgsqlParameter<long> { TypedValue = after });
        await using var row = await move.ExecuteReaderAsync(cancellationToken);
        var (last, count) = (0L, 0L);
        var users = new HashSet<Guid>();
        var crowded = new List<NameList>();
        while (await row.ReadAsync(cancellationToken))
        {
            if (await row.IsDBNullAsync(1, cancellationToken))
            {
                users.Add(row.GetGuid(0));
                (last, count) = (row.GetInt64(3), row.GetInt64(4));
            }
            else
            {
                crowded.Add(new(row.GetGuid(0), row.GetFieldValue<DateOnly>(1), NameKind.Of(row.GetChar(2))));
            }
        }

        return count == 0 ? null : new(last, count, users, crowded);
    }

    private async Task NotifyAsync(HashSet<Guid> users, CancellationToken cancellationToken)
    {
        if (users.Count == 0)
        {
            return;
        }

        foreach (var listener in listeners)
        {
            try
            {
                await listener.OnFoldedAsync(users, cancellationToken);
                _failingListeners.Remove(listener);
            }
            catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
            {
                if (_failingListeners.Add(listener))
                {
                    Log.ListenerFailed(logger, listener.GetType().Name, failure.GetType().Name);
                }
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4011, LogLevel.Warning, "Could not add usage to its sums ({Failure}); retrying")]
        public static partial void Failed(ILogger logger, string failure);

        [LoggerMessage(4012, LogLevel.Warning, "The list of names in the usage of user {UserId} could not be shortened ({Failure})")]
        public static partial void NotShortened(ILogger logger, Guid userId, string failure);

        [LoggerMessage(4013, LogLevel.Warning, "{Listener} failed after usage was added to its sums ({Failure})")]
        public static partial void ListenerFailed(ILogger logger, string listener, string failure);
    }
}
