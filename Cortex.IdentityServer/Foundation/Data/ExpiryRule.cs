using Npgsql;

namespace Cortex.IdentityServer.Foundation.Data;

/// <summary>Deletes the rows of a table that expired a certain time ago.</summary>
/// <param name="rows">What the log calls them.</param>
/// <param name="from">The table and its <c>WHERE</c>, in which <c>$1</c> is the time before which a row counts as expired.</param>
/// <param name="kept">How long a row stays after it has expired.</param>
internal sealed class ExpiryRule(string rows, string from, TimeSpan kept = default) : IExpiryRule
{
    public string Rows => rows;

    public async Task<int> ApplyAsync(NpgsqlDataSource database, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"DELETE FROM {from}");
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now - kept });
        command.CommandTimeout = IExpiryRule.CommandTimeoutSeconds;
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
