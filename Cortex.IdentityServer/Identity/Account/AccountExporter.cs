using System.Runtime.CompilerServices;
using Cortex.IdentityServer.Features.Usage;
using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.ApiKeys;
using Cortex.IdentityServer.Identity.Audit;
using Cortex.IdentityServer.Identity.Events;
using Cortex.IdentityServer.Identity.Passkeys;
using Cortex.IdentityServer.Identity.Passwords;
using Cortex.IdentityServer.Identity.Sessions;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;

namespace Cortex.IdentityServer.Identity.Account;

/// <summary>Gathers everything that the server holds about a user. What may be long is read while it is written out.</summary>
internal sealed class AccountExporter(CortexDbContext db, AccountReader accounts, AuditReader audit, AccountEvents events, TimeProvider clock)
{
    private static readonly string UsagePage = $"""
        SELECT id AS "Id", endpoint AS "Endpoint", api_key_id AS "ApiKeyId", tokens_used AS "TokensUsed",
            CASE WHEN {UsageReport.IsPriced} THEN cost_usd END AS "CostUsd", provider AS "Provider", response_time_ms AS "ResponseTimeMs",
            status_code AS "StatusCode", error_message AS "ErrorMessage", created_at AS "CreatedAt",
            coalesce(created_at, '-infinity') AS "Stored"
        FROM usage_logs
        WHERE user_id = @user AND (coalesce(created_at, '-infinity'), id) > (@time, @id)
        ORDER BY coalesce(created_at, '-infinity'), id LIMIT {AuditReader.Page}
        """;

    /// <summary>Null when there is no such account (any more).</summary>
    public async Task<AccountExport?> ExportAsync(Guid userId, RequestOrigin origin, CancellationToken cancellationToken)
    {
        if (await accounts.FindAsync(userId, cancellationToken) is not { } account)
        {
            return null;
        }

        await events.NoteAsync(AuditAction.AccountExported, userId, origin, cancellationToken);
        return new(
            clock.GetUtcNow(),
            account,
            await db.UserRoles
                .Where(member => member.UserId == userId)
                .Join(db.Roles, member => member.RoleId, role => role.Id, (_, role) => role.Name!)
                .ToListAsync(cancellationToken),
            SessionsAsync(userId, cancellationToken),
            AddressesAsync(userId, cancellationToken),
            KeysAsync(userId, cancellationToken),
            await db.Passkeys.Where(passkey => passkey.UserId == userId).Select(PasskeyResponse.FromPasskey).ToListAsync(cancellationToken),
            await db.RecoveryCodes.CountAsync(code => code.UserId == userId, cancellationToken),
            UsageAsync(userId, cancellationToken),
            await db.Database.SqlQuery<ExportedBillingEvent>($"""
                SELECT event_type AS "EventType", data AS "Data", created_at AS "CreatedAt" FROM billing_events WHERE user_id = {userId} ORDER BY created_at
                """).ToListAsync(cancellationToken),
            audit.AllAsync(userId, cancellationToken));
    }

    /// <summary>Newest first.</summary>
    private async IAsyncEnumerable<ExportedSession> SessionsAsync(Guid userId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var pages = PagesAsync<Session>(last => db.Sessions.FromSql(
            $"""
            SELECT * FROM sessions WHERE user_id = {userId} AND (created_at, id) < ({last?.CreatedAt ?? DateTimeOffset.MaxValue}, {last?.Id ?? Guid.Empty})
            ORDER BY created_at DESC, id DESC LIMIT {AuditReader.Page}
            """).AsNoTracking().ToListAsync(cancellationToken));
        await foreach (var session in pages.WithCancellation(cancellationToken))
        {
            yield return new(
                session.Id, session.CreatedAt, session.LastSeenAt ?? session.LastUsedAt, session.EndedAt, session.Methods, session.Ip?.ToString(),
                session.UserAgent);
        }
    }

    private async IAsyncEnumerable<ExportedLoginAddress> AddressesAsync(Guid userId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var pages = PagesAsync<LoginAddress>(last => db.LoginAddresses.FromSql(
            $"SELECT * FROM login_addresses WHERE user_id = {userId} AND network > {last?.Network ?? ""} ORDER BY network LIMIT {AuditReader.Page}")
                .AsNoTracking()
                .ToListAsync(cancellationToken));
        await foreach (var address in pages.WithCancellation(cancellationToken))
        {
            yield return new(address.Network, address.LastLoginAt);
        }
    }

    private IAsyncEnumerable<ApiKeyResponse> KeysAsync(Guid userId, CancellationToken cancellationToken) =>
        PagesAsync<ApiKeyResponse>(last => db.ApiKeys.FromSql(
            $"SELECT * FROM api_keys WHERE user_id = {userId} AND id > {last?.Id ?? Guid.Empty} ORDER BY id LIMIT {AuditReader.Page}")
            .Select(ApiKeyResponse.FromKey)
            .ToListAsync(cancellationToken));

    /// <summary>Page by page: a client that reads slowly holds no connection to the database meanwhile.</summary>
    private async IAsyncEnumerable<ExportedUsage> UsageAsync(Guid userId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (time, id) = (long.MinValue, Guid.Empty);
        while (true)
        {
            // What other programs wrote without a time comes first.
            var page = await db.Database.SqlQueryRaw<UsageRow>(
                UsagePage,
                new NpgsqlParameter<Guid>("user", userId),
                new NpgsqlParameter<long>("time", NpgsqlDbType.TimestampTz) { TypedValue = time },
                new NpgsqlParameter<Guid>("id", id)).ToListAsync(cancellationToken);
            foreach (var row in page)
            {
                yield return new(
                    row.Endpoint, row.ApiKeyId, row.TokensUsed, row.CostUsd, row.Provider, row.ResponseTimeMs, row.StatusCode, row.ErrorMessage, row.CreatedAt);
            }

            if (page.Count < AuditReader.Page)
            {
                yield break;
            }

            (time, id) = (page[^1].Stored, page[^1].Id);
        }
    }

    /// <summary>One page after another, each from where the last ended.</summary>
    private static async IAsyncEnumerable<T> PagesAsync<T>(Func<T?, Task<List<T>>> read)
        where T : class
    {
        List<T> page;
        T? last = null;
        do
        {
            page = await read(last);
            foreach (var row in page)
            {
                yield return row;
            }

            last = page.LastOrDefault();
        }
        while (page.Count == AuditReader.Page);
    }

    private sealed record UsageRow(
        Guid Id, string Endpoint, Guid? ApiKeyId, int? TokensUsed, decimal? CostUsd, string? Provider, int? ResponseTimeMs, int? StatusCode,
        string? ErrorMessage, DateTimeOffset? CreatedAt, long Stored);
}
