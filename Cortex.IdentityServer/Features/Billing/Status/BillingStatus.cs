using Cortex.IdentityServer.Features.Billing.Events;
using Cortex.IdentityServer.Features.Billing.Polar;
using Npgsql;

namespace Cortex.IdentityServer.Features.Billing.Status;

/// <summary>Reports whether billing works.</summary>
internal sealed class BillingStatus(NpgsqlDataSource database, BillingOptions options, PolarClient polar, PolarStatus requests)
{
    private static readonly string WebhooksSql = $"""
        SELECT count(*) FILTER (WHERE state = '{EventState.Waiting}'), min(created_at) FILTER (WHERE state = '{EventState.Waiting}'),
            count(*) FILTER (WHERE state = '{EventState.Unmatched}'), count(*) FILTER (WHERE state = '{EventState.Failed}'),
            greatest(
                (SELECT max(created_at) FROM billing_inbox),
                (SELECT created_at FROM billing_events ORDER BY coalesce(created_at, '-infinity') DESC, id DESC LIMIT 1))
        FROM (
            SELECT {EventState.OfReceived} AS state, created_at FROM billing_inbox WHERE processed_at IS NULL
            UNION ALL
            SELECT {EventState.OfStored}, created_at FROM billing_events WHERE {EventState.IsProcessed} = false) AS events
        """;

    public async Task<BillingStatusResponse> ReadAsync(CancellationToken cancellationToken)
    {
        var (successAt, failureAt, failure, rejectedSince) = requests.Read();
        return new(
            await ReadWebhooksAsync(cancellationToken),
            new PolarStatusResponse
            {
                Enabled = polar.IsEnabled,
                ApiUrl = options.PolarApiUrl,
                ApiVersion = options.PolarApiVersion,
                VersionRejectedSince = rejectedSince,
                LastSuccessAt = successAt,
                LastFailureAt = failureAt,
                LastFailure = failure,
            });
    }

    private async Task<WebhooksStatusResponse> ReadWebhooksAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(WebhooksSql);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return new(
            options.PolarWebhookSecrets.Count > 0,
            row.GetInt64(0),
            await row.GetFieldValueAsync<DateTimeOffset?>(1, cancellationToken),
            row.GetInt64(2),
            row.GetInt64(3),
            await row.GetFieldValueAsync<DateTimeOffset?>(4, cancellationToken));
    }
}
