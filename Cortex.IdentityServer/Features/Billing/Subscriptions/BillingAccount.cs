using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Cortex.IdentityServer.Features.Billing.Subscriptions;

/// <summary>What billing knows and last decided of a user, as it was read in the caller's transaction.</summary>
/// <param name="Owner">The user.</param>
/// <param name="Tier">The user's tier, which an administrator may have changed.</param>
/// <param name="PeriodStart">The start of the billing period for which quotas count.</param>
/// <param name="PeriodEnd">Its end.</param>
/// <param name="DecidedTier">The tier that billing last decided; null if it never has.</param>
/// <param name="NextChangeAt">When time alone changes the decision.</param>
/// <param name="Rules">The rules under which it was made (<see cref="BillingRules.Fingerprint"/>).</param>
/// <param name="CustomerUser">The user that the customer is linked to; null if it is unknown.</param>
/// <param name="SnapshotAt">The time of the newest snapshot of the customer.</param>
internal sealed record BillingAccount(
    AccountOwner Owner, string Tier, DateTimeOffset? PeriodStart, DateTimeOffset? PeriodEnd, string? DecidedTier, DateTimeOffset? NextChangeAt,
    string? Rules, Guid? CustomerUser, DateTimeOffset? SnapshotAt)
{
    private const string SelectSql = $"""
        SELECT email, {UserSql.Tier}, billing_period_start, billing_period_end, billing_accounts.tier, next_change_at, customer.user_id, customer.snapshot_at,
            billing_accounts.rules
        FROM users LEFT JOIN billing_accounts ON billing_accounts.user_id = users.id LEFT JOIN billing_customers AS customer ON customer.customer_id = $2
        WHERE users.id = $1 AND {UserSql.Exists}
        """;

    private const string LinkSql = """
        WITH swept AS (
            INSERT INTO billing_sweeps (user_id, due_at) VALUES ($2, $4 + interval '1 day') ON CONFLICT DO NOTHING)
        INSERT INTO billing_customers (customer_id, user_id, snapshot_at, created_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (customer_id) DO UPDATE
            SET user_id = excluded.user_id, snapshot_at = greatest(billing_customers.snapshot_at, excluded.snapshot_at)
        """;

    /// <summary>Lets the tier of the user <c>$1</c> be decided again at <c>$2</c>.</summary>
    public const string ScheduleSql = "UPDATE billing_accounts SET next_change_at = $2 WHERE user_id = $1";

    private const string WriteSql = """
        WITH updated AS (
            UPDATE users SET subscription_tier = $2, billing_period_start = $3, billing_period_end = $4
            WHERE id = $1 AND (coalesce(subscription_tier, 'free'), billing_period_start, billing_period_end) IS DISTINCT FROM ($2, $3, $4))
        INSERT INTO billing_accounts (user_id, tier, next_change_at, updated_at, rules) VALUES ($1, $5, $6, $7, $8)
        ON CONFLICT (user_id) DO UPDATE
            SET tier = excluded.tier, next_change_at = excluded.next_change_at, updated_at = excluded.updated_at, rules = excluded.rules
        """;

    /// <summary>Reads the account of a user; null if it doesn't exist or was deleted.</summary>
    /// <param name="db">The context whose transaction has locked the account.</param>
    /// <param name="userId">The user.</param>
    /// <param name="customerId">Polar's id of the customer whose link is read; null for none.</param>
    /// <param name="cancellationToken">Canceled when the server stops.</param>
    public static async Task<BillingAccount?> ReadAsync(CortexDbContext db, Guid userId, string? customerId, CancellationToken cancellationToken)
    {
        await using var command = Command(db, SelectSql);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = userId });
        command.Parameters.Add(NullableParameter.Of(customerId));
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return !await row.ReadAsync(cancellationToken) ? null : new(
            new(userId, row.GetString(0)),
            row.GetString(1),
            await row.GetFieldValueAsync<DateTimeOffset?>(2, cancellationToken),
            await row.GetFieldValueAsync<DateTimeOffset?>(3, cancellationToken),
            await row.IsDBNullAsync(4, cancellationToken) ? null : row.GetString(4),
            await row.GetFieldValueAsync<DateTimeOffset?>(5, cancellationToken),
            await row.IsDBNullAsync(8, cancellationToken) ? null : row.GetString(8),
            await row.GetFieldValueAsync<Guid?>(6, cancellationToken),
            await row.GetFieldValueAsync<DateTimeOffset?>(7, cancellationToken));
    }

    /// <summary>Links a customer of Polar to the user, so that events that name only the customer are the user's, too.</summary>
    public async Task LinkAsync(CortexDbContext db, string customerId, DateTimeOffset? snapshotAt, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = Command(db, LinkSql);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = customerId });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = Owner.Id });
        command.Parameters.Add(NullableParameter.Of(snapshotAt));
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Lets the tier of another user be decided again at once (<see cref="TierExpiry"/>).</summary>
    public static async Task ScheduleAsync(CortexDbContext db, Guid userId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // The lock waits for a change of that account that may have read the subscription already.
        await db.LockAccountAsync(userId, cancellationToken);
        await using var command = Command(db, ScheduleSql);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = userId });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Writes a decision. The user's row changes only if its tier or period does.</summary>
    /// <param name="db">The context whose transaction has locked the account.</param>
    /// <param name="decision">The decision.</param>
    /// <param name="tier">The tier that the user gets: the decided one, or the one that an administrator chose.</param>
    /// <param name="rules">The rules under which the decision was made.</param>
    /// <param name="now">The current time.</param>
    /// <param name="cancellationToken">Canceled when the server stops.</param>
    public async Task WriteAsync(
        CortexDbContext db, BillingDecision decision, string tier, BillingRules rules, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = Command(db, WriteSql);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = Owner.Id });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = tier });
        command.Parameters.Add(NullableParameter.Of(decision.PeriodStart));
        command.Parameters.Add(NullableParameter.Of(decision.PeriodEnd));
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = decision.Tier });
        command.Parameters.Add(NullableParameter.Of(decision.NextChangeAt));
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = rules.Fingerprint });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlCommand Command(CortexDbContext db, string sql) => new(sql, (NpgsqlConnection)db.Database.GetDbConnection());
}
