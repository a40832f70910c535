using Cortex.IdentityServer.Features.Billing.Overview;
using Cortex.IdentityServer.Features.Billing.Polar;
using Cortex.IdentityServer.Features.Billing.Subscriptions;
using Cortex.IdentityServer.Features.Billing.Webhooks;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Events;

namespace Cortex.IdentityServer.Features.Billing.Sync;

/// <summary>Asks Polar for the state of a user, and applies what lost webhooks would have said.</summary>
internal sealed class CustomerSync(PolarClient polar, AccountChanges changes, AccountBilling billing, SubscriptionReader subscriptions, TimeProvider clock)
{
    /// <summary>Polar caches the state for up to an hour, so what a webhook said within this time prevails.</summary>
    private static readonly TimeSpan StateAge = TimeSpan.FromHours(1);

    /// <summary>The source that is stored in place of a webhook's id.</summary>
    private const string Source = "sync";

    public async Task<SyncResult> RunAsync(Guid userId, CancellationToken cancellationToken)
    {
        var asked = clock.GetUtcNow();
        switch (await polar.GetCustomerStateAsync(userId.ToString(), PolarPriority.Background, cancellationToken))
        {
            case PolarAnswer<PolarCustomerState>.Ok { Value: var state }:
                try
                {
                    return await ApplyAsync(userId, state, asked, cancellationToken);
                }
                catch (MalformedEventException)
                {
                    return new SyncResult.Unusable(PolarFailure.UnexpectedAnswer);
                }

            case PolarAnswer<PolarCustomerState>.Absent:
                return SyncResult.Unknown.Instance;
            case PolarAnswer<PolarCustomerState>.Unavailable { Reason: var reason, RetryAfter: var wait }:
                return new SyncResult.Failed(reason, wait);
            case PolarAnswer<PolarCustomerState>.Refused { Status: var status }:
                return new SyncResult.Unusable($"status {status}");
            default:
                return new SyncResult.Failed(PolarFailure.WrongVersion, RetryAfter: null);
        }
    }

    private async Task<SyncResult> ApplyAsync(Guid userId, PolarCustomerState state, DateTimeOffset asked, CancellationToken cancellationToken)
    {
        if (PolarEventReader.ReadState(state.Json, Source, asked - StateAge) is not { } snapshot)
        {
            return SyncResult.Unchanged.Instance;
        }

        if (await ApplyAsync(userId, state.Id, snapshot, cancellationToken) is not { } effect)
        {
            return SyncResult.Unknown.Instance;
        }

        // A subscription that isn't listed may be past due, or it may have ended. Polar says which if it is asked for the subscription itself.
        foreach (var unlisted in (await subscriptions.ReadAllAsync(userId, cancellationToken)).Where(one => one.UnlistedAt is not null))
        {
            if (await polar.GetSubscriptionAsync(unlisted.Id, PolarPriority.Background, cancellationToken) is PolarAnswer<PolarSubscription>.Ok found)
            {
                var said = PolarEventReader.ReadSubscription(found.Value.Json, Source, asked);
                effect = Sum(effect, await ApplyAsync(userId, state.Id, said, cancellationToken) ?? BillingEffect.None);
            }
        }

        return effect.HasEffect ? new SyncResult.Repaired(effect.TierBefore, effect.TierAfter) : SyncResult.Unchanged.Instance;
    }

    private Task<BillingEffect?> ApplyAsync(Guid userId, string customerId, PolarStatement statement, CancellationToken cancellationToken) => changes.RunAsync(
        userId,
        RequestOrigin.Server,
        async change =>
        {
            var effect = await billing.ApplyAsync(change, customerId, statement, cancellationToken);
            change.Complete();
            return effect;
        },
        cancellationToken);

    private static BillingEffect Sum(BillingEffect first, BillingEffect second) => new(
        first.HasEffect || second.HasEffect, first.TierBefore ?? second.TierBefore, second.TierAfter ?? first.TierAfter);
}
