using System.Globalization;
using Cortex.IdentityServer.Features.Usage.Sums;
using Cortex.IdentityServer.Identity.Audit;
using Cortex.IdentityServer.Identity.Mail;
using Cortex.IdentityServer.Identity.Users;
using Npgsql;

namespace Cortex.IdentityServer.Features.Usage.Quotas;

/// <summary>
/// Emails owners when 80% and when all of a quota is used, once for each period, quota, metric, and threshold, over all replicas: the row that claims a notice
/// is inserted in the statement that adds the email to the outbox.
/// </summary>
internal sealed class QuotaNotices(NpgsqlDataSource database, QuotaRules rules, QuotaSumsReader reader, MailSignal signal, TimeProvider clock) : IUsageFolded
{
    /// <summary>How long the rows that claim notices are kept, from the start of their period.</summary>
    public static readonly TimeSpan Retention = TimeSpan.FromDays(100);

    /// <summary>
    /// The rows that claimed notices before the time <c>$1</c>, except for those of the current period of a subscription, which may be longer than
    /// <see cref="Retention"/>.
    /// </summary>
    public const string Expired = """
        usage_notices WHERE period_start < $1 AND NOT EXISTS (
            SELECT FROM users WHERE users.id = user_id AND billing_period_start < period_start + interval '15 minutes')
        """;

    /// <summary>The maximum number of users in a statement.</summary>
    public const int ChunkSize = 1_000;

    private const short Warning = 80;
    private const short UsedUp = 100;

    /// <summary>The quotas of these users and of their keys. Only users whose tier is in <c>$2</c>, or who have a quota of their own, can have one.</summary>
    private const string QuotasSql = $"""
        SELECT users.id, email, {UserSql.Tier}, quota::text, {BillingPeriod.Columns}, NULL::uuid, NULL, NULL FROM users
        WHERE users.id = ANY ($1) AND deleted_at IS NULL AND (quota IS NOT NULL OR {UserSql.Tier} = ANY ($2))
        UNION ALL
        SELECT users.id, email, {UserSql.Tier}, quota::text, {BillingPeriod.Columns}, api_keys.id, api_keys.prefix, monthly_quota::text
        FROM api_keys JOIN users ON users.id = user_id
        WHERE user_id = ANY ($1) AND deleted_at IS NULL AND monthly_quota IS NOT NULL AND revoked_at IS NULL
        """;

    /// <summary>
    /// Claims notices and adds the emails of those that nobody has claimed before. Users who are being deleted are skipped, because a notice that refers to one
    /// would wait for the deletion and then fail all others. Claims are in the order of their key, so that replicas don't deadlock.
    /// </summary>
    private static readonly string NotifySql = $"""
        WITH reached AS MATERIALIZED (
            SELECT added.* FROM unnest(@users, @keys, @starts, @metrics, @thresholds, @kinds, @recipients, @notices)
                AS added (user_id, api_key_id, period_start, metric, threshold, kind, recipient, notice)
            JOIN users ON users.id = added.user_id
            WHERE deleted_at IS NULL AND NOT EXISTS (
                SELECT FROM usage_notices AS sent
                WHERE sent.user_id = added.user_id AND sent.api_key_id = added.api_key_id AND sent.period_start = added.period_start
                    AND sent.metric = added.metric AND sent.threshold = added.threshold)
            FOR KEY SHARE OF users SKIP LOCKED),
        claimed AS (
            INSERT INTO usage_notices (user_id, api_key_id, period_start, metric, threshold, created_at)
            SELECT user_id, api_key_id, period_start, metric, threshold, @now FROM reached ORDER BY 1, 2, 3, 4, 5
            ON CONFLICT DO NOTHING RETURNING user_id, api_key_id, metric, threshold)
        {OutboxInsert.Sql(
            "kind", "user_id", "recipient", details: "notice::jsonb", from: "FROM reached JOIN claimed USING (user_id, api_key_id, metric, threshold)")}
        """;

    public Task OnFoldedAsync(IReadOnlyCollection<Guid> users, CancellationToken cancellationToken) => SendAsync(users, cancellationToken);

    /// <summary>Sends the notices of these users that their usage of the current period calls for and that haven't been sent yet.</summary>
    public async Task SendAsync(IReadOnlyCollection<Guid> users, CancellationToken cancellationToken)
    {
        foreach (var chunk in users.Chunk(ChunkSize))
        {
            await SendChunkAsync(chunk, cancellationToken);
        }
    }

    private async Task SendChunkAsync(Guid[] users, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var quotas = await ReadQuotasAsync(users, now, cancellationToken);
        if (quotas.Count == 0)
        {
            return;
        }

        var sums = await reader.ReadAsync([.. quotas.Select(quota => quota.Subject)], cancellationToken);
        List<Notice> notices = [.. quotas.Zip(sums).SelectMany(pair => Reached(pair.First, pair.Second))];
        if (notices.Count > 0 && await NotifyAsync(notices, now, cancellationToken) > 0)
        {
            signal.Wake();
        }
    }

    /// <summary>The limits that are reached, with the thresholds. A limit of zero is reached from the start, which is no news.</summary>
    private static IEnumerable<Notice> Reached(OwnedQuota quota, QuotaSums used) =>
        from limit in QuotaLimitResponse.ListOf(quota.Limits, used)
        where limit.Limit > 0
        from threshold in new[] { Warning, UsedUp }
        where limit.Used * UsedUp >= limit.Limit * threshold
        select new Notice(quota, limit, threshold);

    private async Task<List<OwnedQuota>> ReadQuotasAsync(Guid[] users, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(QuotasSql);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = users });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. rules.Tiers.Keys] });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var quotas = new List<OwnedQuota>();
        while (await row.ReadAsync(cancellationToken))
        {
            var user = rules.OfUser(row.GetString(2), QuotaLimits.FromJson(row, 3));
            var period = QuotaPeriod.Of(BillingPeriod.FromRow(row, 4), now);
            if (await row.IsDBNullAsync(6, cancellationToken))
            {
                quotas.Add(new(row.GetGuid(0), row.GetString(1), Guid.Empty, KeyPrefix: null, user, period));
            }
            else if (QuotaLimits.FromJson(row, 8) is { } own)
            {
                var prefix = await row.IsDBNullAsync(7, cancellationToken) ? null : row.GetString(7);
                quotas.Add(new(row.GetGuid(0), row.GetString(1), row.GetGuid(6), prefix, own with { Mode = user.Mode }, period));
            }
        }

        return quotas;
    }

    /// <summary>Returns the number of notices that hadn't been sent before.</summary>
    private async Task<int> NotifyAsync(List<Notice> notices, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(NotifySql);
        command.Parameters.Add(Column("users", notices, notice => notice.Quota.UserId));
        command.Parameters.Add(Column("keys", notices, notice => notice.Quota.KeyId));
        command.Parameters.Add(Column("starts", notices, notice => notice.Quota.Subject.From));
        command.Parameters.Add(Column("metrics", notices, notice => notice.Limit.Metric));
        command.Parameters.Add(Column("thresholds", notices, notice => notice.Threshold));
        command.Parameters.Add(Column("kinds", notices, notice => notice.Threshold == Warning ? MailKind.QuotaWarning : MailKind.QuotaUsedUp));
        command.Parameters.Add(Column("recipients", notices, notice => notice.Quota.Email.Trim()));
        command.Parameters.Add(Column("notices", notices, DetailsOf));
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset>("now", now));
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset>("given_up", now + Outbox.NoticeLifetime));
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlParameter<T[]> Column<T>(string name, List<Notice> notices, Func<Notice, T> value) => new(name, [.. notices.Select(value)]);

    private static string DetailsOf(Notice notice) => AuditLog.Details(
        ("metric", notice.Limit.Metric),
        ("limit", AmountOf(notice.Limit.Metric, notice.Limit.Limit)),
        ("used", AmountOf(notice.Limit.Metric, notice.Limit.Used)),
        ("mode", notice.Quota.Limits.Mode),
        ("key_prefix", notice.Quota.KeyPrefix),
        ("period", notice.Quota.Period.IsMonth ? null : QuotaTexts.BillingPeriod),
        ("resets_at", FormattableString.Invariant($"{notice.Quota.Period.To:MMMM d, yyyy, HH:mm 'UTC'}")))!;

    /// <summary>Formats dollars with cents, and up to six decimals.</summary>
    private static string AmountOf(string metric, decimal amount) =>
        amount.ToString(metric == "cost_usd" ? "#,##0.00####" : "#,##0", CultureInfo.InvariantCulture);

    /// <summary>A quota and its owner. The nil UUID is the quota of the user rather than of a key.</summary>
    private sealed record OwnedQuota(Guid UserId, string Email, Guid KeyId, string? KeyPrefix, QuotaLimits Limits, QuotaPeriod Period)
    {
        public QuotaSubject Subject => new(UserId, KeyId, Period.CountsFrom, Period.CountsTo);
    }

    /// <summary>A limit of a quota, and the percentage of it that is used.</summary>
    private sealed record Notice(OwnedQuota Quota, QuotaLimitResponse Limit, short Threshold);
}
