using System.Runtime.CompilerServices;
using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Identity.Account;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;

namespace Cortex.IdentityServer.Features.Usage.Reports;

/// <summary>Reads the usage of an account page by page, for its export.</summary>
internal sealed class UsageExport(CortexDbContext db) : IUsageExport
{
    private static readonly string Sql = $"""
        SELECT id AS "Id", endpoint AS "Endpoint", api_key_id AS "ApiKeyId", tokens_used AS "TokensUsed",
            CASE WHEN cost_usd <> 'NaN'::numeric THEN cost_usd END AS "CostUsd", provider AS "Provider", response_time_ms AS "ResponseTimeMs",
            status_code AS "StatusCode", error_message AS "ErrorMessage", created_at AS "CreatedAt",
            coalesce(created_at, '-infinity') AS "Stored"
        FROM usage_logs
        WHERE user_id = @user AND (coalesce(created_at, '-infinity'), id) > (@time, @id)
        ORDER BY coalesce(created_at, '-infinity'), id LIMIT {RowPages.Size}
        """;

    public async IAsyncEnumerable<ExportedUsage> ExportAsync(Guid userId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (time, id) = (long.MinValue, Guid.Empty);
        while (true)
        {
            // Rows without a time, which other programs may have written, come first.
            var page = await db.Database.SqlQueryRaw<Row>(
                Sql,
                new NpgsqlParameter<Guid>("user", userId),
                new NpgsqlParameter<long>("time", NpgsqlDbType.TimestampTz) { TypedValue = time },
                new NpgsqlParameter<Guid>("id", id)).ToListAsync(cancellationToken);
            foreach (var row in page)
            {
                yield return new(
                    row.Endpoint, row.ApiKeyId, row.TokensUsed, row.CostUsd, row.Provider, row.ResponseTimeMs, row.StatusCode, row.ErrorMessage, row.CreatedAt);
            }

            if (page.Count < RowPages.Size)
            {
                yield break;
            }

            (time, id) = (page[^1].Stored, page[^1].Id);
        }
    }

    private sealed record Row(
        Guid Id, string Endpoint, Guid? ApiKeyId, int? TokensUsed, decimal? CostUsd, string? Provider, int? ResponseTimeMs, int? StatusCode,
        string? ErrorMessage, DateTimeOffset? CreatedAt, long Stored);
}
