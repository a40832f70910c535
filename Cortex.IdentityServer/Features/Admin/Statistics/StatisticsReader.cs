using Cortex.IdentityServer.Identity.Users;
using Npgsql;

namespace Cortex.IdentityServer.Features.Admin.Statistics;

/// <summary>
/// Reads the rollups and the changes that haven't been added to them yet, in one statement and therefore one snapshot, so that the sums are always exact.
/// </summary>
internal sealed class StatisticsReader(NpgsqlDataSource database)
{
    private const string Sql = """
        SELECT subscription_tier, is_active, is_verified, two_factor_enabled, NULL::date, sum(accounts)::bigint, 0::bigint, 0::bigint, 0::bigint
        FROM (
            SELECT subscription_tier, is_active, is_verified, two_factor_enabled, accounts FROM account_totals
            UNION ALL SELECT subscription_tier, is_active, is_verified, two_factor_enabled, accounts FROM account_changes) AS accounts
        GROUP BY 1, 2, 3, 4
        UNION ALL
        SELECT NULL, NULL, NULL, NULL, day, sum(sign_ups)::bigint, sum(logins)::bigint, sum(login_failures)::bigint, sum(active_users)::bigint
        FROM (
            SELECT day, sign_ups, logins, login_failures, active_users FROM daily_totals
            UNION ALL SELECT day, sign_ups, logins, login_failures, active_users FROM daily_changes) AS days
        WHERE day BETWEEN $1 AND $2 GROUP BY day
        """;

    public async Task<StatisticsResponse> ReadAsync(DateOnly first, DateOnly last, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Sql);
        command.Parameters.Add(new NpgsqlParameter<DateOnly> { TypedValue = first });
        command.Parameters.Add(new NpgsqlParameter<DateOnly> { TypedValue = last });
        var accounts = new List<Accounts>();
        var days = new Dictionary<DateOnly, DayStatistics>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            if (await row.IsDBNullAsync(4, cancellationToken))
            {
                accounts.Add(new(row.GetString(0), row.GetBoolean(1), row.GetBoolean(2), row.GetBoolean(3), row.GetInt64(5)));
            }
            else
            {
                var day = row.GetFieldValue<DateOnly>(4);
                days[day] = new(day, row.GetInt64(5), row.GetInt64(6), row.GetInt64(7), row.GetInt64(8));
            }
        }

        return ToResponse(
            accounts,
            [.. Enumerable.Range(0, last.DayNumber - first.DayNumber + 1)
                .Select(first.AddDays)
                .Select(day => days.GetValueOrDefault(day) ?? new(day, 0, 0, 0, 0))]);
    }

    private static StatisticsResponse ToResponse(List<Accounts> accounts, IReadOnlyList<DayStatistics> days)
    {
        var users = Count(_ => true);
        var secured = Count(group => group.HasSecondFactor);
        return new(
            users,
            Count(group => group.IsActive),
            Count(group => group.IsVerified),
            secured,
            users == 0 ? 0 : Math.Round((decimal)secured / users, 4),
            ByTier(accounts),
            days);

        long Count(Func<Accounts, bool> isCounted) => accounts.Where(isCounted).Sum(group => group.Number);
    }

    /// <summary>The known tiers, even those without accounts, followed by tiers that another program assigned.</summary>
    private static Dictionary<string, long> ByTier(List<Accounts> accounts)
    {
        var tiers = TierOptions.Defaults.Keys.ToDictionary(tier => tier, _ => 0L);
        foreach (var tier in accounts.GroupBy(group => group.Tier, group => group.Number).OrderBy(tier => tier.Key, StringComparer.Ordinal))
        {
            if (tier.Sum() is not 0 and var number)
            {
                tiers[tier.Key] = number;
            }
        }

        return tiers;
    }

    private sealed record Accounts(string Tier, bool IsActive, bool IsVerified, bool HasSecondFactor, long Number);
}
