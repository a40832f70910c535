using Npgsql;

namespace Cortex.IdentityServer.Foundation.Data;

/// <summary>What <see cref="ExpiredRows"/> does each hour for one kind of rows; registered by whoever owns the table.</summary>
internal interface IExpiryRule
{
    /// <summary>How long one statement may take, in seconds. Nobody waits for it, and what isn't removed in time would only be more an hour later.</summary>
    const int CommandTimeoutSeconds = 300;

    /// <summary>What the log calls the rows; null for a rule that logs for itself, or nothing.</summary>
    string? Rows { get; }

    /// <returns>How many rows were removed.</returns>
    Task<int> ApplyAsync(NpgsqlDataSource database, DateTimeOffset now, CancellationToken cancellationToken);
}
