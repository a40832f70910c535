using Cortex.IdentityServer.Foundation.Data.Connections;
using Npgsql;

namespace Cortex.IdentityServer.Features.Billing.Webhooks;

/// <summary>
/// Finds unmatched events whose user has appeared: registered, verified the email address, or been linked to the customer. It looks at a limited number of
/// events at a time, so that many events of another program's customers don't hold up anything.
/// </summary>
internal sealed partial class UnmatchedEvents(
    NpgsqlDataSource database, ServerWatch server, InboxSignal signal, ILogger<UnmatchedEvents> logger)
    : PollingService(server, PollInterval)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(2);

    private const int BatchSize = 500;

    /// <summary>Looks at the events after an id, and returns the last id, or NULL at the end, and the number of events whose user has appeared.</summary>
    private static readonly string MatchSql = $"""
        WITH looked_at AS MATERIALIZED (
            SELECT id, external_id, customer_id, customer_email FROM billing_inbox WHERE unmatched_at IS NOT NULL AND id > $1
            ORDER BY id LIMIT {BatchSize.ToString(System.Globalization.CultureInfo.InvariantCulture)}),
        matched AS (
            UPDATE billing_inbox SET unmatched_at = NULL
            WHERE unmatched_at IS NOT NULL AND id IN (
                SELECT id FROM looked_at
                WHERE {UserMatch.Sql("looked_at.external_id", "looked_at.customer_id", "looked_at.customer_email")} IS NOT NULL)
            RETURNING id)
        SELECT (SELECT id FROM looked_at ORDER BY id DESC LIMIT 1), (SELECT count(*) FROM matched), (SELECT count(*) FROM looked_at)
        """;

    private Guid _position;

    protected override void LogFailure(Exception? exception, string failure) => Log.Failed(logger, exception, failure);

    protected override async Task PollAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(MatchSql);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = _position });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        _position = row.GetInt64(2) < BatchSize ? Guid.Empty : row.GetGuid(0);
        if (row.GetInt64(1) > 0)
        {
            signal.Wake();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4439, LogLevel.Warning, "Could not look for the users of billing events ({Failure}); retrying")]
        public static partial void Failed(ILogger logger, Exception? exception, string failure);
    }
}
