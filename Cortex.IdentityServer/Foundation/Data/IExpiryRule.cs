using Npgsql;

namespace Cortex.IdentityServer.Foundation.Data;

/// <summary>A rule that <see cref="ExpiredRows"/> applies every hour. The feature that owns the table registers it.</summary>
internal interface IExpiryRule
{
    /// <summary>
    /// The timeout of a statement, in seconds. It is long because no request waits for it, and rows that aren't removed would only add to the next run.
    /// </summary>
    const int CommandTimeoutSeconds = 300;

    /// <summary>The name of the rows in the log; null if the rule does its own logging or none.</summary>
    string? Rows { get; }

    /// <returns>The number of rows that were removed.</returns>
    Task<int> ApplyAsync(NpgsqlDataSource database, DateTimeOffset now, CancellationToken cancellationToken);
}
