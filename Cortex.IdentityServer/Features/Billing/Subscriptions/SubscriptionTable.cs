using Cortex.IdentityServer.Foundation.Data;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Cortex.IdentityServer.Features.Billing.Subscriptions;

/// <summary>Reads and writes <c>billing_subscriptions</c> in the caller's transaction.</summary>
internal sealed class SubscriptionTable(CortexDbContext db, TimeProvider clock)
{
    /// <summary>The columns in the order in which <see cref="ReadAsync(NpgsqlDataReader, CancellationToken)"/> expects them.</summary>
    public const string Columns = "id, customer_id, product_id, status, said_at, said_by, current_period_start, current_period_end, cancel_at_period_end, "
        + "ends_at, ended_at, past_due_at, revoked_at, unlisted_at, active_at";

    private const string SelectSql = $"SELECT {Columns}, user_id FROM billing_subscriptions WHERE user_id = $1 OR id = ANY ($2) ORDER BY id FOR UPDATE";

    private const string WriteSql = $"""
        INSERT INTO billing_subscriptions ({Columns}, user_id, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
        ON CONFLICT (id) DO UPDATE SET customer_id = excluded.customer_id, product_id = excluded.product_id, status = excluded.status,
            said_at = excluded.said_at, said_by = excluded.said_by, current_period_start = excluded.current_period_start,
            current_period_end = excluded.current_period_end, cancel_at_period_end = excluded.cancel_at_period_end, ends_at = excluded.ends_at,
            ended_at = excluded.ended_at, past_due_at = excluded.past_due_at, revoked_at = excluded.revoked_at, unlisted_at = excluded.unlisted_at,
            active_at = excluded.active_at, user_id = excluded.user_id
        WHERE (billing_subscriptions.said_at, billing_subscriptions.said_by COLLATE "C") <= (excluded.said_at, excluded.said_by COLLATE "C")
        """;

    /// <summary>Reads and locks the subscriptions of a user, and others by their ids, with the users that they belong to.</summary>
    public async Task<List<(Subscription Subscription, Guid UserId)>> ReadAsync(
        Guid userId, IEnumerable<string> ids, CancellationToken cancellationToken)
    {
        await using var command = Command(SelectSql);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = userId });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. ids] });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var subscriptions = new List<(Subscription, Guid)>();
        while (await row.ReadAsync(cancellationToken))
        {
            subscriptions.Add((await ReadAsync(row, cancellationToken), row.GetGuid(15)));
        }

        return subscriptions;
    }

    /// <summary>Reads a row that begins with <see cref="Columns"/>.</summary>
    public static async Task<Subscription> ReadAsync(NpgsqlDataReader row, CancellationToken cancellationToken) => new(
        row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetFieldValue<DateTimeOffset>(4), row.GetString(5))
    {
        PeriodStart = await row.GetFieldValueAsync<DateTimeOffset?>(6, cancellationToken),
        PeriodEnd = await row.GetFieldValueAsync<DateTimeOffset?>(7, cancellationToken),
        CancelsAtPeriodEnd = row.GetBoolean(8),
        EndsAt = await row.GetFieldValueAsync<DateTimeOffset?>(9, cancellationToken),
        EndedAt = await row.GetFieldValueAsync<DateTimeOffset?>(10, cancellationToken),
        PastDueAt = await row.GetFieldValueAsync<DateTimeOffset?>(11, cancellationToken),
        RevokedAt = await row.GetFieldValueAsync<DateTimeOffset?>(12, cancellationToken),
        UnlistedAt = await row.GetFieldValueAsync<DateTimeOffset?>(13, cancellationToken),
        ActiveAt = await row.GetFieldValueAsync<DateTimeOffset?>(14, cancellationToken),
    };

    /// <summary>Adds a subscription, or replaces what is known of it.</summary>
    public async Task WriteAsync(Subscription subscription, Guid userId, CancellationToken cancellationToken)
    {
        await using var command = Command(WriteSql);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = subscription.Id });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = subscription.CustomerId });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = subscription.ProductId });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = subscription.Status });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = subscription.SaidAt });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = subscription.SaidBy });
        command.Parameters.Add(NullableParameter.Of(subscription.PeriodStart));
        command.Parameters.Add(NullableParameter.Of(subscription.PeriodEnd));
        command.Parameters.Add(new NpgsqlParameter<bool> { TypedValue = subscription.CancelsAtPeriodEnd });
        command.Parameters.Add(NullableParameter.Of(subscription.EndsAt));
        command.Parameters.Add(NullableParameter.Of(subscription.EndedAt));
        command.Parameters.Add(NullableParameter.Of(subscription.PastDueAt));
        command.Parameters.Add(NullableParameter.Of(subscription.RevokedAt));
        command.Parameters.Add(NullableParameter.Of(subscription.UnlistedAt));
        command.Parameters.Add(NullableParameter.Of(subscription.ActiveAt));
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = userId });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = clock.GetUtcNow() });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private NpgsqlCommand Command(string sql) => new(sql, (NpgsqlConnection)db.Database.GetDbConnection());
}
