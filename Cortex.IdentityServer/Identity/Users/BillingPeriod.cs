using Npgsql;

namespace Cortex.IdentityServer.Identity.Users;

/// <summary>The current period of a user's subscription, as billing last stored it. It may be over if its renewal hasn't been processed yet.</summary>
/// <param name="Start">The start, inclusive.</param>
/// <param name="End">The end, exclusive.</param>
internal sealed record BillingPeriod(DateTimeOffset Start, DateTimeOffset End)
{
    /// <summary>The columns of <c>users</c> that <see cref="FromRow"/> reads.</summary>
    public const string Columns = "billing_period_start, billing_period_end";

    /// <summary>Reads a period from two columns; null without a subscription.</summary>
    /// <param name="row">The current row.</param>
    /// <param name="column">The number of the first column.</param>
    public static BillingPeriod? FromRow(NpgsqlDataReader row, int column) => row.IsDBNull(column) || row.IsDBNull(column + 1)
        ? null
        : new(row.GetFieldValue<DateTimeOffset>(column), row.GetFieldValue<DateTimeOffset>(column + 1));
}
