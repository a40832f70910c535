using Npgsql;

namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>
/// Rotates refresh tokens. Requests that arrive while a statement is running share the next statement and its commit. No request waits for a batch to fill, and
/// the busier the server, the less each refresh costs.
/// </summary>
internal sealed class RefreshRotations(NpgsqlDataSource database, SessionSettings options, TimeProvider clock)
{
    private const string Assignments = "refresh_counter = refresh_counter + 1, last_used_at = $2, idle_expires_at = $3";

    /// <summary>
    /// The guarded update that decides which of several refreshes wins. It is one statement, so a failure uses up no token. It skips rows that are locked, so
    /// that they neither delay the rest of the batch nor cause a deadlock with another replica.
    /// </summary>
    private const string BatchSql = $"""
        UPDATE sessions SET {Assignments}
        FROM (SELECT sessions.id FROM unnest($1, $4) AS asked(id, counter) JOIN sessions ON sessions.id = asked.id AND refresh_counter = counter
            FOR NO KEY UPDATE OF sessions SKIP LOCKED) AS held, users
        WHERE sessions.id = held.id AND users.id = sessions.user_id AND {UsableSession.IsUsable}
        RETURNING {UsableSession.Columns}, sessions.id, refresh_counter - 1
        """;

    /// <summary>The same update for a single token, which waits for the row lock.</summary>
    private const string SingleSql = $"""
        UPDATE sessions SET {Assignments}
        FROM users WHERE sessions.id = $1 AND refresh_counter = $4 AND users.id = sessions.user_id AND {UsableSession.IsUsable}
        RETURNING {UsableSession.Columns}
        """;

    private const int MaxBatchSize = 100;

    /// <summary>
    /// Shorter arrays are padded with nulls. PostgreSQL assumes ten elements when it doesn't look at the values, and would replan the statement for each
    /// shorter array, which takes longer than running it.
    /// </summary>
    private const int MinArrayLength = 16;

    private readonly Lock _lock = new();
    private readonly List<Rotation> _pending = [];
    private bool _isRunning;

    /// <summary>Rotates a token; null if it isn't the current token of its session, or the session isn't active.</summary>
    /// <remarks>An aborted request doesn't cancel the rotation: the client's retry finds the token used and gets the same successor.</remarks>
    public async Task<UsableSession?> RotateAsync(RefreshToken token, CancellationToken cancellationToken)
    {
        var rotation = new Rotation(token);
        lock (_lock)
        {
            _pending.Add(rotation);
            if (!_isRunning)
            {
                _isRunning = true;

                // Run outside this request, because the loop continues with the rotations of other requests.
                ThreadPool.UnsafeQueueUserWorkItem(static rotations => _ = rotations.RunAsync(), this, preferLocal: true);
            }
        }

        // The batch didn't rotate this token: it was used, invalid, or in the batch twice, or its row was locked. The single update gives a definite answer.
        return await rotation.Outcome.Task ?? await RotateSingleAsync(token, cancellationToken);
    }

    private async Task RunAsync()
    {
        while (TakeBatch() is { Length: > 0 } rotations)
        {
            try
            {
                await RotateBatchAsync(rotations);
            }
            catch (Exception failure)
            {
                // The rotations that queued up in the meantime have waited as long as these, so after a timeout they fail too instead of waiting again.
                Rotation[] all = failure.GetBaseException() is TimeoutException ? [.. rotations, .. TakePending()] : rotations;
                foreach (var rotation in all)
                {
                    rotation.Outcome.TrySetException(failure);
                }
            }
        }
    }

    /// <summary>Takes the next batch. If it is empty, nothing is waiting and this run ends.</summary>
    private Rotation[] TakeBatch()
    {
        lock (_lock)
        {
            Rotation[] next = [.. _pending.Take(MaxBatchSize)];
            _pending.RemoveRange(0, next.Length);
            _isRunning = next.Length > 0;
            return next;
        }
    }

    private Rotation[] TakePending()
    {
        lock (_lock)
        {
            Rotation[] gathered = [.. _pending];
            _pending.Clear();
            return gathered;
        }
    }

    private async Task<UsableSession?> RotateSingleAsync(RefreshToken token, CancellationToken cancellationToken)
    {
        await using var command = Command(SingleSql, token.SessionId, token.Counter);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? UsableSession.Read(row) : null;
    }

    private async Task RotateBatchAsync(Rotation[] rotations)
    {
        // Keyed by the token rather than its session, because a batch may also hold an older token of the same session.
        var rotated = new Dictionary<RefreshToken, UsableSession>(rotations.Length);
        await using (var command = Command(
            BatchSql, Column<Guid?>(rotations, token => token.SessionId), Column<int?>(rotations, token => token.Counter)))
        {
            await using var row = await command.ExecuteReaderAsync();
            while (await row.ReadAsync())
            {
                rotated.Add(new(row.GetGuid(UsableSession.ColumnCount), row.GetInt32(UsableSession.ColumnCount + 1)), UsableSession.Read(row));
            }
        }

        foreach (var rotation in rotations)
        {
            rotation.Outcome.SetResult(rotated.Remove(rotation.Token, out var session) ? session : null);
        }
    }

    private static T[] Column<T>(Rotation[] rotations, Func<RefreshToken, T> value)
    {
        var column = new T[Math.Max(rotations.Length, MinArrayLength)];
        for (var i = 0; i < rotations.Length; i++)
        {
            column[i] = value(rotations[i].Token);
        }

        return column;
    }

    private NpgsqlCommand Command<TId, TCounter>(string sql, TId id, TCounter counter)
    {
        var now = clock.GetUtcNow();
        var command = database.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter<TId> { TypedValue = id });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now + options.IdleLifetime });
        command.Parameters.Add(new NpgsqlParameter<TCounter> { TypedValue = counter });
        return command;
    }

    /// <summary>A rotation that waits for its outcome: the session, or null if the batch didn't rotate it.</summary>
    private sealed record Rotation(RefreshToken Token)
    {
        public TaskCompletionSource<UsableSession?> Outcome { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
