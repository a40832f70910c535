using System.Runtime.CompilerServices;
using Cortex.IdentityServer.ApiKeys;
using Cortex.IdentityServer.Audit;
using Cortex.IdentityServer.Data;
using Cortex.IdentityServer.Http;
using Cortex.IdentityServer.Passkeys;
using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.Accounts;

/// <summary>Gathers everything that the server holds about a user. What may be long is read while it is written out.</summary>
internal sealed class AccountExporter(CortexDbContext db, AccountReader accounts, AuditReader audit, AccountEvents events, TimeProvider clock)
{
    /// <summary>Null when there is no such account (any more).</summary>
    public async Task<AccountExport?> ExportAsync(Guid userId, Client client, CancellationToken cancellationToken)
    {
        if (await accounts.FindAsync(userId, cancellationToken) is not { } account)
        {
            return null;
        }

        await events.NoteAsync(AuditAction.AccountExported, userId, client, cancellationToken);
        return new(
            clock.GetUtcNow(),
            account,
            await db.UserRoles.Where(member => member.UserId == userId).Join(db.Roles, member => member.RoleId, role => role.Id, (_, role) => role.Name!).ToListAsync(cancellationToken),
            await db.Sessions.Where(s => s.UserId == userId).OrderByDescending(s => s.CreatedAt)
                .Select(s => new ExportedSession(s.Id, s.CreatedAt, s.LastSeenAt ?? s.LastUsedAt, s.EndedAt, s.Methods, s.Ip == null ? null : s.Ip.ToString(), s.UserAgent))
                .ToListAsync(cancellationToken),
            await db.LoginAddresses.Where(a => a.UserId == userId).Select(a => new ExportedLoginAddress(a.Network, a.LastLoginAt)).ToListAsync(cancellationToken),
            await db.ApiKeys.Where(key => key.UserId == userId).Select(ApiKeyResponse.FromKey).ToListAsync(cancellationToken),
            await db.Passkeys.Where(passkey => passkey.UserId == userId).Select(PasskeyResponse.FromPasskey).ToListAsync(cancellationToken),
            await db.RecoveryCodes.CountAsync(code => code.UserId == userId, cancellationToken),
            UsageAsync(userId, cancellationToken),
            await db.Database.SqlQuery<ExportedBillingEvent>($"""
                SELECT event_type AS "EventType", data AS "Data", created_at AS "CreatedAt" FROM billing_events WHERE user_id = {userId} ORDER BY created_at
                """).ToListAsync(cancellationToken),
            audit.AllAsync(userId, cancellationToken));
    }

    /// <summary>Page by page: a client that reads slowly holds no connection to the database meanwhile.</summary>
    private async IAsyncEnumerable<ExportedUsage> UsageAsync(Guid userId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (time, id) = (DateTimeOffset.MinValue, Guid.Empty);
        while (true)
        {
            // What other programs wrote without a time comes first.
            var page = await db.Database.SqlQuery<UsageRow>($"""
                SELECT id AS "Id", endpoint AS "Endpoint", api_key_id AS "ApiKeyId", tokens_used AS "TokensUsed", cost_usd AS "CostUsd", provider AS "Provider",
                    response_time_ms AS "ResponseTimeMs", status_code AS "StatusCode", error_message AS "ErrorMessage", created_at AS "CreatedAt"
                FROM usage_logs
                WHERE user_id = {userId} AND (coalesce(created_at, '-infinity'), id) > ({time}, {id})
                ORDER BY coalesce(created_at, '-infinity'), id LIMIT {AuditReader.Page}
                """).ToListAsync(cancellationToken);
            foreach (var row in page)
            {
                yield return new(row.Endpoint, row.ApiKeyId, row.TokensUsed, row.CostUsd, row.Provider, row.ResponseTimeMs, row.StatusCode, row.ErrorMessage, row.CreatedAt);
            }

            if (page.Count < AuditReader.Page)
            {
                yield break;
            }

            (time, id) = (page[^1].CreatedAt ?? DateTimeOffset.MinValue, page[^1].Id);
        }
    }

    private sealed record UsageRow(
        Guid Id, string Endpoint, Guid? ApiKeyId, int? TokensUsed, decimal? CostUsd, string? Provider, int? ResponseTimeMs, int? StatusCode, string? ErrorMessage, DateTimeOffset? CreatedAt);
}
