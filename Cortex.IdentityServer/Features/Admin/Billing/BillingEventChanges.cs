using Cortex.IdentityServer.Features.Admin.Users;
using Cortex.IdentityServer.Features.Billing.Events;
using Cortex.IdentityServer.Features.Billing.Metering;
using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Events;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Features.Admin.Billing;

/// <summary>Runs what administrators do with billing events. The administrator's authorization is checked again in the transaction, under a lock.</summary>
internal sealed class BillingEventChanges(
    StaffAuthorizer authorizer, EventAdministration events, MeterRetry usage, ManagedAccounts accounts, AccountChanges changes, CortexDbContext db)
{
    public Task<(BillingEventResponse? Event, Refusal? Refusal)> ReplayAsync(Guid id, StaffMember staff, CancellationToken cancellationToken) =>
        RunAsync<BillingEventResponse>(
            staff, userId: null, async change => (await events.ReplayAsync(change, id, cancellationToken), Problems.NotFound), cancellationToken);

    public Task<(BillingEventResponse? Event, Refusal? Refusal)> AssignAsync(
        Guid id, Guid userId, StaffMember staff, CancellationToken cancellationToken) => RunAsync<BillingEventResponse>(
        staff,
        userId,
        async change => !await events.IsUnmatchedAsync(id, cancellationToken)
            ? (null, Problems.NotFound with { Detail = "There is no event with this id whose user isn't known." })
            : await accounts.FindAsync(userId, cancellationToken) is null
                ? (null, Refusal.Invalid("user_id", "must be the id of a user"))
                : (await events.AssignAsync(change, id, userId, cancellationToken), Problems.NotFound),
        cancellationToken);

    public Task<(MeterEventResponse? Event, Refusal? Refusal)> RetryUsageAsync(
        string externalId, StaffMember staff, CancellationToken cancellationToken) =>
        RunAsync<MeterEventResponse>(
            staff, userId: null, async change => (await usage.RetryAsync(change, externalId, cancellationToken), Problems.NotFound), cancellationToken);

    /// <param name="staff">The administrator.</param>
    /// <param name="userId">The user whom the change is about; null for none.</param>
    /// <param name="apply">Makes the change. It returns the event, and the refusal that applies if there is none.</param>
    /// <param name="cancellationToken">The request's cancellation token.</param>
    private Task<(T? Event, Refusal? Refusal)> RunAsync<T>(
        StaffMember staff, Guid? userId, Func<AccountChange, Task<(T? Event, Refusal Refusal)>> apply, CancellationToken cancellationToken)
        where T : class => changes.RunAsync<(T?, Refusal?)>(
        staff.Origin,
        async change =>
        {
            // The accounts are locked in the order of their ids, as in every change that staff makes.
            foreach (var id in new[] { staff.Id, userId ?? staff.Id }.Distinct().Order())
            {
                await (id == staff.Id ? db.LockAccountAgainstChangesAsync(id, cancellationToken) : db.LockAccountAgainstDeletionAsync(id, cancellationToken));
            }

            if ((await authorizer.AuthorizeAsync(staff, Role.Admin, cancellationToken)).Refusal is { } refused)
            {
                return (null, refused);
            }

            var (changed, refusal) = await apply(change);
            if (changed is null)
            {
                return (null, refusal);
            }

            change.Complete();
            return (changed, null);
        },
        cancellationToken);
}
