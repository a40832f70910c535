using Cortex.IdentityServer.Features.Billing.Overview;
using Cortex.IdentityServer.Features.Billing.Polar;
using Cortex.IdentityServer.Features.Billing.Subscriptions;
using Cortex.IdentityServer.Features.Billing.Webhooks;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Events;

namespace Cortex.IdentityServer.Features.Billing.Sync;

/// <summary>Asks Polar for the state of a user, and applies what lost webhooks would have said.</summary>
internal sealed class CustomerSync(
    PolarClient polar, LinkedCustomers linked, AccountChanges changes, AccountBilling billing, SubscriptionReader subscriptions, TimeProvider clock)
{
    /// <summary>Polar caches the state for up to an hour, so what a webhook said within this time prevails.</summary>
    private static readonly TimeSpan StateAge = TimeSpan.FromHours(1);

    /// <summary>The source that is stored in place of a webhook's id.</summary>
    private const string Source = "sync";

    public async Task<SyncResult> RunAsync(Guid userId, CancellationToken cancellationToken)
    {
        var asked = clock.GetUtcNow();
        var (result, known) = await ApplyAsync(
            userId, await polar.GetCustomerStateAsync(userId.ToString(), PolarPriority.Background, cancellationToken), asked, cancellationToken);
        foreach (var customerId in await linked.ListAsync(userId, cancellationToken))
        {
            // Polar doesn't know the user's id of a customer that wasn't created by a checkout here.
            if (customerId != known && result is not SyncResult.Failed)
            {
                var answer = await polar.GetLinkedCustomerStateAsync(customerId, PolarPriority.Background, cancellationToken);
                result = Sum(result, (await ApplyAsync(userId, answer, asked, cancellationToken)).Result);
            }
        }

        return result;
    }

    private async Task<(SyncResult Result, string? CustomerId)> ApplyAsync(
        Guid userId, PolarAnswer<PolarCustomerState> answer, DateTimeOffset asked, CancellationToken cancellationToken)
    {
        switch (answer)
        {
            case PolarAnswer<PolarCustomerState>.Ok { Value: var state }:
                try
                {
                    return (await ApplyAsync(userId, state, asked, cancellationToken), state.Id);
                }
                catch (MalformedEventException)
                {
                    return (new SyncResult.Unusable(PolarFailure.UnexpectedAnswer), state.Id);
                }

            case PolarAnswer<PolarCustomerState>.Absent:
                return (SyncResult.Unknown.Instance, null);
            case PolarAnswer<PolarCustomerState>.Unavailable { Reason: var reason, RetryAfter: var wait }:
                return (new SyncResult.Failed(reason, wait), null);
            case PolarAnswer<PolarCustomerState>.Refused { Status: var status }:
                return (new SyncResult.Unusable($"status {status}"), null);
            default:
                return (new SyncResult.Failed(PolarFailure.WrongVersion, RetryAfter: null), null);
        }
    }

    private async Task<SyncResult> ApplyAsync(Guid userId, PolarCustomerState state, DateTimeOffset asked, CancellationToken cancellationToken)
    {
        if (PolarEventReader.ReadState(state.Json, Source, asked - StateAge) is not { } snapshot)
        {
            return SyncResult.Unchanged.Instance;
        }

        if (Guid.TryParse(state.ExternalId, out var other) && other != userId)
        {
            return await ApplyBoughtAsync(userId, snapshot, cancellationToken);
        }

        if (await ApplyAsync(userId, state.Id, snapshot, cancellationToken) is not { } effect)
        {
            return SyncResult.Unknown.Instance;
        }

        // A subscription that isn't listed may be past due, or it may have ended. Polar says which if it is asked for the subscription itself.
        var known = await subscriptions.ReadAllAsync(userId, cancellationToken);
        foreach (var unlisted in known.Where(one => one.UnlistedAt is not null && (one.CustomerId == state.Id || one.CustomerId.Length == 0)))
        {
            if (await polar.GetSubscriptionAsync(unlisted.Id, PolarPriority.Background, cancellationToken) is PolarAnswer<PolarSubscription>.Ok found)
            {
                var said = PolarEventReader.ReadSubscription(found.Value.Json, Source, asked);
                effect = Sum(effect, await ApplyAsync(userId, state.Id, said, cancellationToken) ?? BillingEffect.None);
            }
        }

        return ResultOf(effect);
    }

    /// <summary>Applies what the state of another user's customer says of subscriptions that this user has bought.</summary>
    private async Task<SyncResult> ApplyBoughtAsync(Guid userId, PolarStatement.Snapshot snapshot, CancellationToken cancellationToken)
    {
        SyncResult result = SyncResult.Unknown.Instance;
        foreach (var facts in snapshot.Active.Where(facts => facts.BuyerId == userId))
        {
            if (await ApplyAsync(userId, customerId: null, new PolarStatement.One(facts), cancellationToken) is { } effect)
            {
                result = Sum(result, ResultOf(effect));
            }
        }

        return result;
    }

    private static SyncResult ResultOf(BillingEffect effect) =>
        effect.HasEffect ? new SyncResult.Repaired(effect.TierBefore, effect.TierAfter) : SyncResult.Unchanged.Instance;

    private Task<BillingEffect?> ApplyAsync(Guid userId, string? customerId, PolarStatement statement, CancellationToken cancellationToken) => changes.RunAsync(
        userId,
        RequestOrigin.Server,
        async change =>
        {
            var effect = await billing.ApplyAsync(change, customerId, statement, cancellationToken);
            change.Complete();
            return effect;
        },
        cancellationToken);

    /// <summary>Returns the outcome of both requests: what was repaired, else what went wrong.</summary>
    private static SyncResult Sum(SyncResult first, SyncResult second) => (first, second) switch
    {
        (SyncResult.Repaired one, SyncResult.Repaired other) => new SyncResult.Repaired(one.TierBefore ?? other.TierBefore, other.TierAfter ?? one.TierAfter),
        (SyncResult.Repaired, _) or (_, SyncResult.Unknown) => first,
        (SyncResult.Unusable, not (SyncResult.Repaired or SyncResult.Failed)) => first,
        _ => second,
    };

    private static BillingEffect Sum(BillingEffect first, BillingEffect second) => new(
        first.HasEffect || second.HasEffect, first.TierBefore ?? second.TierBefore, second.TierAfter ?? first.TierAfter);
}
