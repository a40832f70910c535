using Npgsql;

namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>
/// Moves sessions on to their next refresh token. Those asked for while a statement is under way gather and share the next one, and its commit:
/// nobody waits for company, and the busier the server the less each refresh costs.
/// </summary>
internal sealed class RefreshRotations(NpgsqlDataSource database, SessionSettings options, TimeProvider clock)
{
    private const string Changes = "refresh_counter = refresh_counter + 1, last_used_at = $2, idle_expires_at = $3";

    /// <summary>
    /// The guarded write that decides which of several refreshes wins; one statement, so that a failure spends nothing. A row that somebody else holds
    /// is passed over, so that it neither holds up the others nor deadlocks with another replica.
    /// </summary>
    private const string TogetherSql = $"""
        UPDATE sessions SET {Changes}
        FROM (SELECT sessions.id FROM unnest($1, $4) AS asked(id, counter) JOIN sessions ON sessions.id = asked.id AND refresh_counter = counter
            FOR NO KEY UPDATE OF sessions SKIP LOCKED) AS held, users
        WHERE sessions.id = held.id AND users.id = sessions.user_id AND {UsableSession.IsUsable}
        RETURNING {UsableSession.Columns}, sessions.id, refresh_counter - 1
        """;

    /// <summary>The same for one, which waits for who holds the row.</summary>
    private const string AloneSql = $"""
        UPDATE sessions SET {Changes}
        FROM users WHERE sessions.id = $1 AND refresh_counter = $4 AND users.id = sessions.user_id AND {UsableSession.IsUsable}
        RETURNING {UsableSession.Columns}
        """;

    private const int MostTogether = 100;

    /// <summary>
    /// Shorter arrays are filled up with nulls. PostgreSQL assumes ten elements where it doesn't look, and would plan the statement anew
    /// for each shorter array, which takes longer than to run it.
    /// </summary>
    private const int FewestElements = 16;

    private readonly Lock _lock = new();
    private readonly List<Rotation> _gathered = [];
    private bool _isUnderWay;

    /// <summary>Null when the token isn't its session's live one, or the session can't be used.</summary>
    /// <remarks>It is not given up when the client goes away: the next attempt finds the token spent and gets the same child.</remarks>
    public async Task<UsableSession?> RotateAsync(RefreshToken token, CancellationToken cancellationToken)
    {
        var rotation = new Rotation(token);
        lock (_lock)
        {
            _gathered.Add(rotation);
            if (!_isUnderWay)
            {
                _isUnderWay = true;

                // Not as part of this request: it goes on with those of others.
                ThreadPool.UnsafeQueueUserWorkItem(static rotations => _ = rotations.RunAsync(), this, preferLocal: true);
            }
        }

        // Not among the rotated: spent, of no use, asked for twice in one statement, or held by somebody. Alone it is certain.
        return await rotation.Outcome.Task ?? await AloneAsync(token, cancellationToken);
    }

    private async Task RunAsync()
    {
        while (Next() is { Length: > 0 } rotations)
        {
            try
            {
                await TogetherAsync(rotations);
            }
            catch (Exception failure)
            {
                // Those who gathered meanwhile have waited as long as these: a database that is silent gets no second chance with them.
                Rotation[] all = failure.GetBaseException() is TimeoutException ? [.. rotations, .. Gathered()] : rotations;
                foreach (var rotation in all)
                {
                    rotation.Outcome.TrySetException(failure);
                }
            }
        }
    }

    /// <summary>None: nobody waits, and this run is over.</summary>
    private Rotation[] Next()
    {
        lock (_lock)
        {
            Rotation[] next = [.. _gathered.Take(MostTogether)];
            _gathered.RemoveRange(0, next.Length);
            _isUnderWay = next.Length > 0;
            return next;
        }
    }

    private Rotation[] Gathered()
    {
        lock (_lock)
        {
            Rotation[] gathered = [.. _gathered];
            _gathered.Clear();
            return gathered;
        }
    }

    private async Task<UsableSession?> AloneAsync(RefreshToken token, CancellationToken cancellationToken)
    {
        await using var command = Command(AloneSql, token.SessionId, token.Counter);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? UsableSession.Read(row) : null;
    }

    private async Task TogetherAsync(Rotation[] rotations)
    {
        // By the token that was spent, not by its session: a batch may also hold one of the same session that was spent before.
        var rotated = new Dictionary<RefreshToken, UsableSession>(rotations.Length);
        await using (var command = Command(
            TogetherSql, Column<Guid?>(rotations, token => token.SessionId), Column<int?>(rotations, token => token.Counter)))
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
        var column = new T[Math.Max(rotations.Length, FewestElements)];
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

    /// <summary>One that waits for its outcome: the session, or null when it was not among the rotated.</summary>
    private sealed record Rotation(RefreshToken Token)
    {
        public TaskCompletionSource<UsableSession?> Outcome { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
