using Cortex.IdentityServer.Features.Usage;
using Cortex.IdentityServer.Foundation.Data;
using Npgsql;

namespace Cortex.IdentityServer.Features.Billing.Metering;

/// <summary>
/// Deletes events that Polar has accepted and that were created longer than <c>USAGE_RETENTION_DAYS</c> ago. Those that it hasn't accepted are kept.
/// </summary>
/// <remarks>
/// An hour's numbers aren't used again afterward, however late more usage is reported (<see cref="MeterClosing"/>). That is why the age of the event counts
/// rather than that of its hour.
/// </remarks>
internal sealed class MeterRetention(UsageOptions options) : IExpiryRule
{
    private const int BatchSize = 5_000;

    /// <summary>The number of events that are found at once: until vacuum has run, each search reads the pages of deleted rows again.</summary>
    private const int SearchSize = 100_000;

    private static readonly string FindSql =
        $"SELECT external_id FROM billing_meter_events WHERE created_at < $1 AND accepted_at IS NOT NULL LIMIT {SearchSize}";

    public string Rows => "usage events";

    public async Task<int> ApplyAsync(NpgsqlDataSource database, DateTimeOffset now, CancellationToken cancellationToken)
    {
        for (var total = 0; ;)
        {
            var expired = await FindAsync(database, now - options.Retention, cancellationToken);
            foreach (var batch in expired.Chunk(BatchSize))
            {
                await using var delete = database.CreateCommand("DELETE FROM billing_meter_events WHERE external_id = ANY ($1)");
                delete.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = batch });
                delete.CommandTimeout = IExpiryRule.CommandTimeoutSeconds;
                total += await delete.ExecuteNonQueryAsync(cancellationToken);
            }

            if (expired.Count < SearchSize)
            {
                return total;
            }
        }
    }

    private static async Task<List<string>> FindAsync(NpgsqlDataSource database, DateTimeOffset before, CancellationToken cancellationToken)
    {
        await using var find = database.CreateCommand(FindSql);
        find.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = before });
        find.CommandTimeout = IExpiryRule.CommandTimeoutSeconds;
        var ids = new List<string>();
        await using var row = await find.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            ids.Add(row.GetString(0));
        }

        return ids;
    }
}
