using System.Globalization;
using Cortex.IdentityServer.Features.Usage.Sums;
using Cortex.IdentityServer.Identity.Audit;
using Cortex.IdentityServer.Identity.Mail;
using Cortex.IdentityServer.Identity.Users;
using Npgsql;
using NpgsqlTypes;

namespace Cortex.IdentityServer.Features.Usage.Quotas;

/// <summary>
/// Emails owners when 80% and when all of a quota is used, once for each period, quota, metric, and threshold, over all replicas: the row that claims a notice
/// is inserted in the statement that adds the email to the outbox.
/// </summary>
internal sealed class QuotaNotices(NpgsqlDataSource database, QuotaRules rules, QuotaSumsReader reader, MailSignal signal, TimeProvider clock) : IUsageFolded
{
    /// <summary>How long the rows that claim notices are kept, from the start of their period, which must be over then.</summary>
    public static readonly TimeSpan Retention = TimeSpan.FromDays(100);

    private const int Warning = 80;
    private const int UsedUp = 100;

    /// <summary>The quotas of these users and of their keys. Only users whose tier is in <c>$2</c>, or who have a quota of their own, can have one.</summary>
    private const string QuotasSql = $"""
        SELECT users.id, email, {UserSql.Tier}, quota::text, NULL::uuid, NULL, NULL FROM users
        WHERE users.id = ANY ($1) AND deleted_at IS NULL AND (quota IS NOT NULL OR {UserSql.Tier} = ANY ($2))
        UNION ALL
        SELECT users.id, email, {UserSql.Tier}, quota::text, api_keys.id, api_keys.prefix, monthly_quota::text
        FROM api_keys JOIN users ON users.id = user_id
        WHERE user_id = ANY ($1) AND deleted_at IS NULL AND monthly_quota IS NOT NULL AND revoked_at IS NULL
        """;

    private static readonly string NotifySql = $"""
        WITH claimed AS (
            INSERT INTO usage_notices (user_id, api_key_id, period_start, metric, threshold, created_at) VALUES (@user, @key, @start, @metric, @threshold, @now)
            ON CONFLICT DO NOTHING RETURNING user_id)
        {OutboxInsert.Sql("@kind", "@user", "@recipient", from: "FROM claimed")}
        """;

    public async Task OnFoldedAsync(IReadOnlyCollection<Guid> users, CancellationToken cancellationToken)
    {
        var quotas = await ReadQuotasAsync(users, cancellationToken);
        if (quotas.Count == 0)
        {
            return;
        }

        var (now, isSent) = (clock.GetUtcNow(), false);
        var period = QuotaPeriod.Of(now);
        var sums = await reader.ReadAsync([.. quotas.Select(quota => new QuotaSubject(quota.UserId, quota.KeyId, period.Month))], cancellationToken);
        foreach (var (quota, used) in quotas.Zip(sums))
        {
            foreach (var (limit, threshold) in Reached(quota.Limits, used))
            {
                isSent |= await NotifyAsync(quota, limit, threshold, period, now, cancellationToken);
            }
        }

        if (isSent)
        {
            signal.Wake();
        }
    }

    /// <summary>The limits that are reached, with the thresholds. A limit of zero is reached from the start, which is no news.</summary>
    private static IEnumerable<(QuotaLimitResponse Limit, int Threshold)> Reached(QuotaLimits limits, QuotaSums used) =>
        from limit in QuotaLimitResponse.ListOf(limits, used)
        where limit.Limit > 0
        from threshold in new[] { Warning, UsedUp }
        where limit.Used * UsedUp >= limit.Limit * threshold
        select (limit, threshold);

    private async Task<List<OwnedQuota>> ReadQuotasAsync(IReadOnlyCollection<Guid> users, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(QuotasSql);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. users] });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. rules.Tiers.Keys] });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var quotas = new List<OwnedQuota>();
        while (await row.ReadAsync(cancellationToken))
        {
            var user = rules.OfUser(row.GetString(2), QuotaLimits.FromJson(row, 3));
            quotas.Add(await row.IsDBNullAsync(4, cancellationToken)
                ? new(row.GetGuid(0), row.GetString(1), Guid.Empty, KeyPrefix: null, user)
                : new(
                    row.GetGuid(0), row.GetString(1), row.GetGuid(4), await row.IsDBNullAsync(5, cancellationToken) ? null : row.GetString(5),
                    QuotaLimits.FromJson(row, 6)! with { Mode = user.Mode }));
        }

        return quotas;
    }

    /// <summary>Returns false if the notice has been sent before.</summary>
    private async Task<bool> NotifyAsync(
        OwnedQuota quota, QuotaLimitResponse limit, int threshold, QuotaPeriod period, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(NotifySql);
        command.Parameters.Add(new NpgsqlParameter<Guid>("user", quota.UserId));
        command.Parameters.Add(new NpgsqlParameter<Guid>("key", quota.KeyId));
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset>("start", period.From));
        command.Parameters.Add(new NpgsqlParameter<string>("metric", limit.Metric));
        command.Parameters.Add(new NpgsqlParameter<short>("threshold", (short)threshold));
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset>("now", now));
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset>("given_up", now + Outbox.NoticeLifetime));
        command.Parameters.Add(new NpgsqlParameter<string>("kind", threshold == Warning ? MailKind.QuotaWarning : MailKind.QuotaUsedUp));
        command.Parameters.Add(new NpgsqlParameter<string>("recipient", quota.Email.Trim()));
        command.Parameters.Add(new NpgsqlParameter("notice", NpgsqlDbType.Jsonb) { Value = DetailsOf(quota, limit, period) });
        return await command.ExecuteNonQueryAsync(cancellationToken) > 0;
    }

    private static string DetailsOf(OwnedQuota quota, QuotaLimitResponse limit, QuotaPeriod period) => AuditLog.Details(
        ("metric", limit.Metric),
        ("limit", AmountOf(limit.Metric, limit.Limit)),
        ("used", AmountOf(limit.Metric, limit.Used)),
        ("mode", quota.Limits.Mode),
        ("key_prefix", quota.KeyPrefix),
        ("resets_at", FormattableString.Invariant($"{period.To:MMMM d, yyyy, HH:mm 'UTC'}")))!;

    /// <summary>Formats dollars with cents, and up to six decimals.</summary>
    private static string AmountOf(string metric, decimal amount) =>
        amount.ToString(metric == "cost_usd" ? "#,##0.00####" : "#,##0", CultureInfo.InvariantCulture);

    /// <summary>A quota and its owner. The nil UUID is the quota of the user rather than of a key.</summary>
    private sealed record OwnedQuota(Guid UserId, string Email, Guid KeyId, string? KeyPrefix, QuotaLimits Limits);
}
