using Npgsql;

namespace Cortex.IdentityServer.Features.Usage.Quotas;

/// <summary>Reads what subjects have used, including what isn't folded yet. A statement has one snapshot, so each request counts once.</summary>
internal sealed class QuotaSumsReader(NpgsqlDataSource database)
{
    private const string IsOfKey = "(key_id = '00000000-0000-0000-0000-000000000000' OR api_key_id = key_id)";

    private const string MonthsSql = $"""
        SELECT coalesce(sum(requests), 0)::bigint, coalesce(sum(tokens_used), 0)::bigint, coalesce(sum(cost_micros), 0)::bigint
        FROM unnest($1, $2, $3) WITH ORDINALITY AS subject (user_id, key_id, month, number) LEFT JOIN LATERAL (
            SELECT requests, tokens_used, cost_micros FROM usage_months
            WHERE usage_months.user_id = subject.user_id AND usage_months.month = subject.month AND {IsOfKey}
            UNION ALL
            SELECT requests, tokens_used, cost_micros FROM usage_deltas
            WHERE usage_deltas.user_id = subject.user_id AND quarter >= subject.month::timestamp AT TIME ZONE 'UTC'
                AND quarter < (subject.month + interval '1 month') AT TIME ZONE 'UTC' AND {IsOfKey}) AS used ON true
        GROUP BY number ORDER BY number
        """;

    /// <summary>Adds up the ranges of each subject. Only the table that a range is of is read for it.</summary>
    private const string RangesSql = $"""
        SELECT coalesce(sum(sign * requests), 0)::bigint, coalesce(sum(sign * tokens_used), 0)::bigint, coalesce(sum(sign * cost_micros), 0)::bigint
        FROM unnest($1, $2, $3, $4, $5, $6, $7) AS range (number, user_id, key_id, sums, first, until, sign) LEFT JOIN LATERAL (
            SELECT requests, tokens_used, cost_micros FROM usage_months
            WHERE sums = '{QuotaRange.Months}' AND usage_months.user_id = range.user_id
                AND month >= (first AT TIME ZONE 'UTC')::date AND month < (until AT TIME ZONE 'UTC')::date AND {IsOfKey}
            UNION ALL
            SELECT requests, tokens_used, cost_micros FROM usage_days
            WHERE sums = '{QuotaRange.Days}' AND usage_days.user_id = range.user_id
                AND day >= (first AT TIME ZONE 'UTC')::date AND day < (until AT TIME ZONE 'UTC')::date AND {IsOfKey}
            UNION ALL
            SELECT requests, tokens_used, cost_micros FROM usage_quarters
            WHERE sums = '{QuotaRange.QuarterHours}' AND usage_quarters.user_id = range.user_id AND quarter >= first AND quarter < until AND {IsOfKey}
            UNION ALL
            SELECT requests, tokens_used, cost_micros FROM usage_deltas
            WHERE sums = '{QuotaRange.Deltas}' AND usage_deltas.user_id = range.user_id AND quarter >= first AND quarter < until AND {IsOfKey}) AS used ON true
        GROUP BY number ORDER BY number
        """;

    /// <summary>Returns the sums of the subjects, in their order. Those of calendar months, which are the cheapest, have a statement of their own.</summary>
    public async Task<IReadOnlyList<QuotaSums>> ReadAsync(IReadOnlyList<QuotaSubject> subjects, CancellationToken cancellationToken)
    {
        var byMonth = subjects.Index().ToLookup(subject => subject.Item.IsMonth);
        var sums = new QuotaSums[subjects.Count];
        if (byMonth[true].ToList() is { Count: > 0 } months)
        {
            await ReadAsync(
                sums, months, MonthsSql, cancellationToken, Column(months, subject => subject.Item.UserId), Column(months, subject => subject.Item.KeyId),
                Column(months, subject => DateOnly.FromDateTime(subject.Item.From.UtcDateTime)));
        }

        if (byMonth[false].ToList() is { Count: > 0 } others)
        {
            var ranges = others
                .SelectMany(subject => QuotaRange.Of(subject.Item), (subject, range) => (subject.Index, Subject: subject.Item, Range: range)).ToList();
            await ReadAsync(
                sums, others, RangesSql, cancellationToken, Column(ranges, range => range.Index), Column(ranges, range => range.Subject.UserId),
                Column(ranges, range => range.Subject.KeyId), Column(ranges, range => range.Range.Sums), Column(ranges, range => range.Range.From),
                Column(ranges, range => range.Range.To), Column(ranges, range => range.Range.Sign));
        }

        return sums;
    }

    /// <summary>Sets the sums of some subjects, for which the statement returns a row each, in the same order.</summary>
    private async Task ReadAsync(
        QuotaSums[] sums, List<(int Index, QuotaSubject Item)> subjects, string sql, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        await using var command = database.CreateCommand(sql);
        command.Parameters.AddRange(parameters);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        foreach (var (index, _) in subjects)
        {
            await row.ReadAsync(cancellationToken);
            sums[index] = new(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2));
        }
    }

    private static NpgsqlParameter<TValue[]> Column<T, TValue>(List<T> rows, Converter<T, TValue> value) => new() { TypedValue = [.. rows.ConvertAll(value)] };
}
