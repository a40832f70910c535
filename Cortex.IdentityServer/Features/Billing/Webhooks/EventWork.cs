using Cortex.IdentityServer.Features.Billing.Subscriptions;
using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Events;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Features.Billing.Webhooks;

/// <summary>Applies one stored event in one transaction: it takes effect and is marked as processed, or nothing happens.</summary>
internal sealed class EventWork(CortexDbContext db, EventQueue queue, AccountChanges changes, AccountBilling billing, TimeProvider clock)
{
    /// <summary>The event that the current attempt is about; null before one is found.</summary>
    public QueuedEvent? Current { get; private set; }

    /// <summary>Works on the next event that has arrived. Returns false if no unclaimed one is due.</summary>
    public Task<bool> RunReceivedAsync(CancellationToken cancellationToken) => changes.RunAsync(
        RequestOrigin.Server,
        async change =>
        {
            await db.LimitLockWaitAsync(cancellationToken);
            Current = await queue.ClaimReceivedAsync(cancellationToken);
            if (Current is not { } next)
            {
                return false;
            }

            var read = Read(next);
            if (read.Customer is null || await queue.MatchAsync(read.Customer, cancellationToken) is not var (userId, isCustomer)
                || !await ApplyAsync(change, next, read, userId, isCustomer, cancellationToken))
            {
                await SetAsideAsync(next, read, cancellationToken);
            }

            change.Complete();
            return true;
        },
        cancellationToken);

    /// <summary>Works on the next event that waits in <c>billing_events</c>. Returns false if none is due.</summary>
    public async Task<bool> RunPendingAsync(CancellationToken cancellationToken)
    {
        if (await queue.FindPendingAsync(cancellationToken) is not { UserId: { } userId } found)
        {
            return false;
        }

        Current = found;
        await changes.RunAsync(
            RequestOrigin.Server,
            async change =>
            {
                await db.LimitLockWaitAsync(cancellationToken);
                await db.LockAccountAsync(userId, cancellationToken);
                if (await queue.ClaimPendingAsync(found.Id, cancellationToken) is { } next)
                {
                    var read = Read(next);
                    var isCustomer = read.Customer?.ExternalId == read.Customer?.OwnExternalId;
                    if (!await ApplyAsync(change, next, read, userId, isCustomer, cancellationToken))
                    {
                        // The account is being deleted, and so are its events.
                        await queue.PostponeAsync(next, cancellationToken);
                    }

                    change.Complete();
                }

                return true;
            },
            cancellationToken);
        return true;
    }

    private PolarEvent Read(QueuedEvent next) => PolarEventReader.Read(next.Data, next.PolarEventId, next.CreatedAt ?? clock.GetUtcNow());

    /// <summary>Returns false if the account doesn't exist.</summary>
    private async Task<bool> ApplyAsync(
        AccountChange change, QueuedEvent next, PolarEvent read, Guid userId, bool isCustomer, CancellationToken cancellationToken)
    {
        // Other events, such as those of checkouts, name the user and the customer separately, and the customer may be another user's.
        var customerId = isCustomer && read.NeedsUser ? read.Customer?.Id : null;
        change.SetAccount(userId);
        await db.LockAccountAsync(userId, cancellationToken);
        if (await billing.ApplyAsync(change, customerId, read.Statement, cancellationToken, isReplay: next.UserId is not null) is not { } effect)
        {
            return false;
        }

        await queue.FinishAsync(next, userId, effect.HasEffect || read.IsAboutOrder, cancellationToken);
        return true;
    }

    private Task SetAsideAsync(QueuedEvent next, PolarEvent read, CancellationToken cancellationToken) => read.NeedsUser
        ? queue.KeepUnmatchedAsync(next, read.Customer!, cancellationToken)
        : queue.IgnoreAsync(next, cancellationToken);
}
