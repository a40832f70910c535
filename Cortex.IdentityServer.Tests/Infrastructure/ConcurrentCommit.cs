using Npgsql;

namespace Cortex.IdentityServer.Tests.Infrastructure;

/// <summary>Lets another transaction commit a change while a request waits for its lock.</summary>
internal static class ConcurrentCommit
{
    /// <summary>Commits as soon as this transaction blocks another one. Both statements go to PostgreSQL together.</summary>
    private const string CommitOnceBlockingSql = """
        DO $$
        DECLARE until timestamptz := clock_timestamp() + interval '60 seconds';
        BEGIN
            WHILE NOT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))) LOOP
                IF clock_timestamp() > until THEN
                    RAISE EXCEPTION 'The request did not wait.';
                END IF;
                PERFORM pg_sleep(0.002);
            END LOOP;
        END
        $$;
        COMMIT
        """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Runs SQL (<c>$1</c> is the user's id) in a transaction, sends the request, and commits once the request waits for a lock.</summary>
    public static Task<HttpResponseMessage> CommitDuringAsync(this CortexApp app, string sql, Guid userId, Func<Task<HttpResponseMessage>> request) =>
        app.CommitDuringAsync([sql], userId, request);

    /// <summary>Runs several statements in the transaction.</summary>
    /// <remarks>PostgreSQL itself looks for the waiting request: on a busy machine, this process might look only after the request's lock timeout.</remarks>
    public static async Task<T> CommitDuringAsync<T>(this CortexApp app, IEnumerable<string> statements, Guid userId, Func<Task<T>> request)
    {
        await using var connection = new NpgsqlConnection(app.ConnectionString);
        await connection.OpenAsync(Cancel);
        await RunAsync(connection, "BEGIN");
        foreach (var sql in statements)
        {
            await RunAsync(connection, sql, userId);
        }

        var commit = RunAsync(connection, CommitOnceBlockingSql);
        var answer = request();
        await commit;
        return await answer;
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql, params object[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 90 };
        command.Parameters.AddRange(parameters.Select(value => new NpgsqlParameter { Value = value }).ToArray());
        await command.ExecuteNonQueryAsync(Cancel);
    }
}
