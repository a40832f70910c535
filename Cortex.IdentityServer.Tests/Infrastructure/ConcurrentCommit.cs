using Npgsql;

namespace Cortex.IdentityServer.Tests.Infrastructure;

/// <summary>Lets another transaction commit a change while a request waits for its lock.</summary>
internal static class ConcurrentCommit
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Runs SQL (<c>$1</c> is the user's id) in a transaction, sends the request, and commits once the request waits for a lock.</summary>
    public static Task<HttpResponseMessage> CommitDuringAsync(this CortexApp app, string sql, Guid userId, Func<Task<HttpResponseMessage>> request) =>
        app.CommitDuringAsync([sql], userId, request);

    /// <summary>Runs several statements in the transaction.</summary>
    public static async Task<T> CommitDuringAsync<T>(this CortexApp app, IEnumerable<string> statements, Guid userId, Func<Task<T>> request)
    {
        await using var connection = new NpgsqlConnection(app.ConnectionString);
        await connection.OpenAsync(Cancel);
        await using var transaction = await connection.BeginTransactionAsync(Cancel);
        foreach (var sql in statements)
        {
            await using var change = new NpgsqlCommand(sql, connection, transaction) { Parameters = { new() { Value = userId } } };
            await change.ExecuteNonQueryAsync(Cancel);
        }

        var answer = request();
        for (var tries = 0; tries < 12_000
            && await app.SqlAsync("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") is 0L; tries++)
        {
            Assert.False(answer.IsCompleted, "the request did not wait");
            await Task.Delay(5, Cancel);
        }

        await transaction.CommitAsync(Cancel);
        return await answer;
    }
}
