using Cortex.IdentityServer.Identity.Users;
using Npgsql;

namespace Cortex.IdentityServer.Features.Usage.Quotas;

/// <summary>Reads the quota of a caller or of another user, with what was used.</summary>
internal sealed class QuotaReader(NpgsqlDataSource database, QuotaRules rules, QuotaGate gate, TierOptions tiers)
{
    private const string Sql = $"SELECT {UserSql.Tier}, quota::text, {BillingPeriod.Columns} FROM users WHERE id = $1 AND {UserSql.Exists}";

    /// <summary>Reads the quota of a user, without those of the user's keys; null if the account doesn't exist.</summary>
    public async Task<QuotaResponse?> ReadAsync(Guid userId, CancellationToken cancellationToken) =>
        await FindAsync(userId, cancellationToken) is var (tier, quota) ? await ReadAsync(tier, quota, cancellationToken) : null;

    /// <summary>Reads what was used of a quota.</summary>
    /// <param name="tier">The user's tier.</param>
    /// <param name="quota">The quotas that apply.</param>
    /// <param name="cancellationToken">The request's cancellation token.</param>
    public async Task<QuotaResponse> ReadAsync(string tier, AppliedQuota quota, CancellationToken cancellationToken)
    {
        var (state, user, usedByKey) = await gate.ReadAsync(quota, cancellationToken);
        return new()
        {
            SubscriptionTier = tier,
            Mode = quota.User.Mode!,
            Period = new(state.Period.From, state.Period.To),
            RequestsPerMinute = tiers.LimitOf(tier).Permits,
            Limits = QuotaLimitResponse.ListOf(quota.User, user),
            KeyLimits = quota.KeyId is null ? null : QuotaLimitResponse.ListOf(quota.Key ?? QuotaLimits.None, usedByKey ?? default),
            Allowed = state.IsAllowed,
            ResetsAt = state.Period.To,
        };
    }

    private async Task<(string Tier, AppliedQuota Quota)?> FindAsync(Guid userId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Sql);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = userId });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        if (!await row.ReadAsync(cancellationToken))
        {
            return null;
        }

        var tier = row.GetString(0);
        return (tier, new(userId, rules.OfUser(tier, QuotaLimits.FromJson(row, 1)), Billing: BillingPeriod.FromRow(row, 2)));
    }
}
