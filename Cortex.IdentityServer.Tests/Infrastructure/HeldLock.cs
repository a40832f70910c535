using Npgsql;

namespace Cortex.IdentityServer.Tests.Infrastructure;

/// <summary>Locks of PostgreSQL in a transaction of its own. Disposing of it rolls the transaction back, and the locks are released then.</summary>
internal sealed class HeldLock : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;

    private HeldLock(NpgsqlConnection connection)
    {
        _connection = connection;
    }

    /// <param name="connectionString">The database.</param>
    /// <param name="sql">A statement that locks tables or rows.</param>
    public static async Task<HeldLock> TakeAsync(string connectionString, string sql)
    {
        var held = new HeldLock(new(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString));
        await held._connection.OpenAsync(TestContext.Current.CancellationToken);
        await held.ExecuteAsync($"BEGIN; {sql}");
        return held;
    }

    public async ValueTask DisposeAsync()
    {
        // Closing the connection would roll back too, but some time later.
        await ExecuteAsync("ROLLBACK");
        await _connection.DisposeAsync();
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = new NpgsqlCommand(sql, _connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
