using Cortex.IdentityServer.Foundation.Data;
using Npgsql;

namespace Cortex.IdentityServer.Features.Usage.Retention;

/// <summary>Maintains the monthly partitions of <c>usage_logs</c>, if an operator has partitioned it with <c>usage partition</c>.</summary>
internal static class UsageMonths
{
    private const string IsPartitioned =
        "SELECT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = to_regclass('usage_logs_default') AND inhparent = to_regclass('usage_logs'))";

    /// <summary>Creates the partitions of the coming months, and drops those whose rows are all too old.</summary>
    /// <returns>The tables whose old rows have to be deleted one by one.</returns>
    public static async Task<IReadOnlyList<string>> KeepAsync(
        NpgsqlDataSource database, DateTimeOffset now, DateTimeOffset oldest, CancellationToken cancellationToken)
    {
        await using var check = database.CreateCommand(IsPartitioned);
        if (await check.ExecuteScalarAsync(cancellationToken) is not true)
        {
            return ["usage_logs"];
        }

        await using var keep = database.CreateCommand("SELECT cortex_keep_usage_months($1, $2)");
        keep.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now });
        keep.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = oldest });
        keep.CommandTimeout = IExpiryRule.CommandTimeoutSeconds;
        var tables = new List<string>();
        await using var row = await keep.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            tables.Add(row.GetString(0));
        }

        return tables;
    }
}
