using Npgsql;

namespace Cortex.IdentityServer.Foundation.Data;

/// <summary>Deletes the rows of a table that expired a certain time ago.</summary>
/// <param name="rows">The name of the rows in the log.</param>
/// <param name="from">The table and the <c>WHERE</c> clause, in which <c>$1</c> is the time before which a row must have expired.</param>
/// <param name="retention">How long a row is kept after it has expired.</param>
internal sealed class ExpiryRule(string rows, string from, TimeSpan retention = default) : IExpiryRule
{
    public string Rows => rows;

    public async Task<int> ApplyAsync(NpgsqlDataSource database, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"DELETE FROM {from}");
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now - retention });
        command.CommandTimeout = IExpiryRule.CommandTimeoutSeconds;
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
