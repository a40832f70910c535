using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Identity.Audit;
using Cortex.IdentityServer.Identity.Events;
using Cortex.IdentityServer.Identity.Mail;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Features.Billing.Subscriptions;

/// <summary>
/// Applies what Polar says to a user: it updates the subscriptions, and writes the user's tier if billing now decides on another one. An administrator's choice
/// stays until then.
/// </summary>
/// <remarks>The account is locked by the caller, so events of one user are applied one after another, in whatever order they arrive.</remarks>
internal sealed partial class AccountBilling(
    CortexDbContext db, SubscriptionTable subscriptions, BillingRules rules, TimeProvider clock, ILogger<AccountBilling> logger)
{
    /// <summary>Applies a statement in the transaction of the change.</summary>
    /// <param name="change">The change, which has locked the account.</param>
    /// <param name="customerId">Polar's id of the customer, who is the user; null if the event leaves it out, or the customer is somebody else.</param>
    /// <param name="statement">What Polar says.</param>
    /// <param name="cancellationToken">Canceled when the server stops.</param>
    /// <param name="isReplay">Whether the event was stored long ago, so that it must not change to whom the customer is linked now.</param>
    /// <returns>The effect; null if the account doesn't exist.</returns>
    public async Task<BillingEffect?> ApplyAsync(
        AccountChange change, string? customerId, PolarStatement statement, CancellationToken cancellationToken, bool isReplay = false)
    {
        if (await BillingAccount.ReadAsync(db, change.UserId, customerId, cancellationToken) is not { } account)
        {
            return null;
        }

        var isLinked = customerId is not null && !(isReplay && account.CustomerUser is not null && account.CustomerUser != change.UserId)
            && await LinkAsync(account, customerId, (statement as PolarStatement.Snapshot)?.At, cancellationToken);
        if (statement is PolarStatement.Nothing)
        {
            return new(isLinked, TierBefore: null, TierAfter: null);
        }

        var known = await subscriptions.ReadAsync(change.UserId, IdsIn(statement), cancellationToken);
        var changed = Changed(known, statement, change.UserId, customerId ?? "", account.SnapshotAt);
        foreach (var one in changed)
        {
            await subscriptions.WriteAsync(one, OwnerOf(one, known, change.UserId), cancellationToken);
            WarnIfUnmapped(one);
        }

        var current = known.Where(row => row.UserId == change.UserId && !changed.Exists(one => one.Id == row.Subscription.Id))
            .Select(row => row.Subscription)
            .Concat(changed.Where(one => OwnerOf(one, known, change.UserId) == change.UserId))
            .ToList();
        var decided = await DecideAsync(change, account, current, PreviousTier(account, changed), cancellationToken);
        await RefreshFormerOwnersAsync(known, changed, change.UserId, cancellationToken);
        return decided with { HasEffect = isLinked || decided.HasEffect || changed.Exists(one => IsNews(one, known)) };
    }

    /// <summary>Decides again, because time has passed.</summary>
    /// <returns>The effect; null if the account doesn't exist.</returns>
    public async Task<BillingEffect?> RefreshAsync(AccountChange change, CancellationToken cancellationToken)
    {
        if (await BillingAccount.ReadAsync(db, change.UserId, customerId: null, cancellationToken) is not { } account)
        {
            return null;
        }

        var current = (await subscriptions.ReadAsync(change.UserId, [], cancellationToken)).ConvertAll(row => row.Subscription);
        return await DecideAsync(change, account, current, PreviousTier(account, current), cancellationToken);
    }

    private async Task<bool> LinkAsync(BillingAccount account, string customerId, DateTimeOffset? snapshotAt, CancellationToken cancellationToken)
    {
        var isNew = account.CustomerUser != account.Owner.Id;
        if (isNew || snapshotAt > (account.SnapshotAt ?? DateTimeOffset.MinValue))
        {
            await account.LinkAsync(db, customerId, snapshotAt, clock.GetUtcNow(), cancellationToken);
        }

        return isNew;
    }

    private static IEnumerable<string> IdsIn(PolarStatement statement) => statement switch
    {
        PolarStatement.One { Facts: var facts } => [facts.Id],
        PolarStatement.Snapshot { Active: var active } => active.Select(one => one.Id),
        _ => [],
    };

    /// <summary>Returns the subscriptions of which the statement says something new.</summary>
    private static List<Subscription> Changed(
        List<(Subscription Subscription, Guid UserId)> known, PolarStatement statement, Guid userId, string customerId, DateTimeOffset? snapshotAt)
    {
        var byId = known.ToDictionary(row => row.Subscription.Id, row => row.Subscription, StringComparer.Ordinal);
        IEnumerable<Subscription> after = statement switch
        {
            PolarStatement.One { Facts: var facts } => [Subscription.After(byId.GetValueOrDefault(facts.Id), facts, customerId, snapshotAt)],
            PolarStatement.Snapshot { Active: var active, At: var at } =>
            [
                .. active.Where(facts => IsOf(userId, facts, known))
                    .Select(facts => Subscription.After(byId.GetValueOrDefault(facts.Id), facts, customerId, snapshotAt)),
                .. byId.Values.Where(one => (one.CustomerId == customerId || customerId.Length == 0 || one.CustomerId.Length == 0)
                    && !active.Any(facts => facts.Id == one.Id)).Select(one => one.AfterUnlisted(at)),
            ],
            _ => [],
        };

        // A repeated statement differs only in its time, which has to be stored, too: the next older one must not overwrite it.
        return [.. after.DistinctBy(one => one.Id).Where(one => byId.GetValueOrDefault(one.Id) != one)];
    }

    /// <summary>A customer can have subscriptions that another user has bought, with the customer's email address.</summary>
    private static bool IsOf(Guid userId, SubscriptionFacts facts, List<(Subscription Subscription, Guid UserId)> known) =>
        facts.BuyerId is null || facts.BuyerId == userId || known.Exists(row => row.Subscription.Id == facts.Id && row.UserId == userId);

    /// <summary>Whether more has changed than the time at which Polar said so.</summary>
    private static bool IsNews(Subscription changed, List<(Subscription Subscription, Guid UserId)> known) =>
        known.Find(row => row.Subscription.Id == changed.Id).Subscription is not { } before
        || before with { SaidAt = changed.SaidAt, SaidBy = changed.SaidBy, ActiveAt = changed.ActiveAt } != changed;

    /// <summary>A subscription moves to the user whom a newer statement is about, and not to one whom an older statement is about.</summary>
    private static Guid OwnerOf(Subscription changed, List<(Subscription Subscription, Guid UserId)> known, Guid userId) =>
        known.Find(row => row.Subscription.Id == changed.Id) is { Subscription: { } before, UserId: var owner }
            && (before.SaidAt, before.SaidBy) == (changed.SaidAt, changed.SaidBy)
            ? owner
            : userId;

    /// <summary>
    /// Returns the tier that billing decided before. If it never has, a subscription that has begun has given its tier before, provided that the user still
    /// has that tier: its other events are late, or another program received them.
    /// </summary>
    private string PreviousTier(BillingAccount account, List<Subscription> subscriptions) =>
        account.DecidedTier
        ?? (subscriptions.Exists(one => one.HasBegun && rules.Products.GetValueOrDefault(one.ProductId) == account.Tier) ? account.Tier : User.FreeTier);

    private async Task<BillingEffect> DecideAsync(
        AccountChange change, BillingAccount account, List<Subscription> current, string previous, CancellationToken cancellationToken)
    {
        if (rules.Products.Count == 0 || (account.DecidedTier is null && current.Count == 0))
        {
            // Without POLAR_PRODUCTS, billing decides nothing, and the tiers stay. So does the tier of a user of whose subscriptions nothing is known yet.
            return BillingEffect.None;
        }

        var now = clock.GetUtcNow();
        var decision = TierDecision.Of(current, rules, now);
        var tier = decision.Tier == previous ? account.Tier : decision.Tier;
        if ((account.DecidedTier, account.NextChangeAt, account.Rules, account.PeriodStart, account.PeriodEnd, account.Tier)
            == (decision.Tier, decision.NextChangeAt, rules.Fingerprint, decision.PeriodStart, decision.PeriodEnd, tier))
        {
            return BillingEffect.None;
        }

        await account.WriteAsync(db, decision, tier, rules, now, cancellationToken);
        if (tier == account.Tier)
        {
            return new(HasEffect: true, TierBefore: null, TierAfter: null);
        }

        await change.RecordChangeAsync(AuditAction.TierChanged, [new("subscription_tier", account.Tier, tier)]);
        await change.NotifyOwnerAsync(AuditAction.TierChanged, MailKind.TierChanged, account.Owner, ("before", account.Tier), ("after", tier));
        change.AfterCommit(() => Log.TierChanged(logger, account.Owner.Id, account.Tier, tier));
        return new(HasEffect: true, account.Tier, tier);
    }

    /// <summary>A subscription may move to another user, whose tier then depends on it. The user that it leaves is looked at again right away.</summary>
    private async Task RefreshFormerOwnersAsync(
        List<(Subscription Subscription, Guid UserId)> known, List<Subscription> changed, Guid userId, CancellationToken cancellationToken)
    {
        var moved = known.Where(row => row.UserId != userId
            && changed.Exists(one => one.Id == row.Subscription.Id && OwnerOf(one, known, userId) == userId));
        foreach (var formerId in moved.Select(row => row.UserId).Distinct())
        {
            await BillingAccount.ScheduleAsync(db, formerId, clock.GetUtcNow(), cancellationToken);
        }
    }

    private void WarnIfUnmapped(Subscription subscription)
    {
        if (TierDecision.AccessOf(subscription, rules.PastDueGrace) is not null && !rules.Products.ContainsKey(subscription.ProductId))
        {
            Log.Unmapped(logger, subscription.Id, subscription.ProductId);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4427, LogLevel.Information, "Billing changed the tier of user {UserId} from {Before} to {After}")]
        public static partial void TierChanged(ILogger logger, Guid userId, string before, string after);

        [LoggerMessage(4428, LogLevel.Warning, "Subscription {SubscriptionId} gives no tier, because its product {ProductId} isn't in POLAR_PRODUCTS")]
        public static partial void Unmapped(ILogger logger, string subscriptionId, string productId);
    }
}
