using Npgsql;

namespace Cortex.IdentityServer.Features.Usage.Quotas;

/// <summary>Reads what subjects have used, including what isn't folded into the months yet, in one statement.</summary>
internal sealed class QuotaSumsReader(NpgsqlDataSource database)
{
    private const string Sql = """
        SELECT coalesce(sum(requests), 0)::bigint, coalesce(sum(tokens_used), 0)::bigint, coalesce(sum(cost_micros), 0)::bigint
        FROM unnest($1, $2, $3) WITH ORDINALITY AS subject (user_id, key_id, month, number) LEFT JOIN LATERAL (
            SELECT requests, tokens_used, cost_micros FROM usage_months
            WHERE usage_months.user_id = subject.user_id AND usage_months.month = subject.month
                AND (subject.key_id = '00000000-0000-0000-0000-000000000000' OR api_key_id = subject.key_id)
            UNION ALL
            SELECT requests, tokens_used, cost_micros FROM usage_deltas
            WHERE usage_deltas.user_id = subject.user_id AND quarter >= subject.month::timestamp AT TIME ZONE 'UTC'
                AND quarter < (subject.month + interval '1 month') AT TIME ZONE 'UTC'
                AND (subject.key_id = '00000000-0000-0000-0000-000000000000' OR api_key_id = subject.key_id)) AS used ON true
        GROUP BY number ORDER BY number
        """;

    /// <summary>Returns the sums of the subjects, in their order.</summary>
    public async Task<List<QuotaSums>> ReadAsync(IReadOnlyCollection<QuotaSubject> subjects, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Sql);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. subjects.Select(subject => subject.UserId)] });
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. subjects.Select(subject => subject.KeyId)] });
        command.Parameters.Add(new NpgsqlParameter<DateOnly[]> { TypedValue = [.. subjects.Select(subject => subject.Month)] });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var sums = new List<QuotaSums>(subjects.Count);
        while (await row.ReadAsync(cancellationToken))
        {
            sums.Add(new(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2)));
        }

        return sums;
    }
}
