using Cortex.IdentityServer.Features.Billing.Subscriptions;
using Cortex.IdentityServer.Identity.Users;
using Npgsql;

namespace Cortex.IdentityServer.Features.Billing.Overview;

/// <summary>Reads a user's subscriptions outside a change.</summary>
internal sealed class SubscriptionReader(NpgsqlDataSource database, BillingRules rules, BillingOptions options, TimeProvider clock)
{
    private const string AccountSql = $"""
        SELECT {UserSql.Tier}, EXISTS (SELECT FROM billing_customers WHERE user_id = users.id) FROM users WHERE id = $1 AND {UserSql.Exists}
        """;

    private const string SubscriptionsSql = $"SELECT {SubscriptionTable.Columns} FROM billing_subscriptions WHERE user_id = $1";

    /// <summary>Reads what the user has subscribed to, and what can be; null if the account doesn't exist.</summary>
    public async Task<BillingResponse?> ReadAsync(Guid userId, CancellationToken cancellationToken)
    {
        return await FindAccountAsync(userId, cancellationToken) is var (tier, isCustomer)
            ? new(
                tier,
                await FindSubscriptionAsync(userId, cancellationToken),
                [.. options.PolarProducts.Select(product => new ProductResponse(product.Key, product.Value))],
                options.PolarAccessToken is not null && isCustomer)
            : null;
    }

    /// <summary>The connection goes back to the pool before the subscriptions are read, because requests that need two at a time could exhaust it.</summary>
    private async Task<(string Tier, bool IsCustomer)?> FindAccountAsync(Guid userId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(AccountSql);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = userId });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? (row.GetString(0), row.GetBoolean(1)) : null;
    }

    /// <summary>Returns the subscription that gives the user's tier, else the one that Polar last said something of; null without one.</summary>
    public async Task<SubscriptionResponse?> FindSubscriptionAsync(Guid userId, CancellationToken cancellationToken)
    {
        var subscriptions = await ReadAllAsync(userId, cancellationToken);
        var decision = TierDecision.Of(subscriptions, rules, clock.GetUtcNow());
        return (decision.Subscription ?? subscriptions.MaxBy(one => one.SaidAt)) is { } shown
            ? new(
                shown.Status, shown.ProductId, rules.Products.GetValueOrDefault(shown.ProductId), shown.PeriodStart, shown.PeriodEnd,
                shown.CancelsAtPeriodEnd, shown.PastDueAt, EndOfAccess(shown))
            : null;
    }

    /// <summary>Returns when a subscription's access ends; null if no end is known, or if it gives none.</summary>
    private DateTimeOffset? EndOfAccess(Subscription subscription) =>
        TierDecision.AccessOf(subscription, rules.PastDueGrace) is { } until && until < DateTimeOffset.MaxValue ? until : null;

    /// <summary>Returns all subscriptions of the user.</summary>
    public async Task<List<Subscription>> ReadAllAsync(Guid userId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(SubscriptionsSql);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = userId });
        var subscriptions = new List<Subscription>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            subscriptions.Add(await SubscriptionTable.ReadAsync(row, cancellationToken));
        }

        return subscriptions;
    }
}
