using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Audit;
using Cortex.IdentityServer.Identity.Events;
using Cortex.IdentityServer.Identity.Sessions;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Features.Admin.Users;

/// <summary>
/// Updates the fields of an account that an administrator may change: the tier, the roles, and whether it is active and verified.
/// </summary>
internal sealed class UserUpdate(
    StaffChanges changes, ManagedAccounts accounts, AccountWriter writer, LastAdminRule lastAdmin, SessionService sessions, KnownTiers tiers)
{
    public async Task<UserResult> TryAsync(Guid userId, UpdateUserRequest request, IfMatch ifMatch, StaffMember staff, CancellationToken cancellationToken)
    {
        if (await writer.ValidateRolesAsync(request.Roles) is { } unknown)
        {
            return new UserResult.Refused(unknown);
        }

        UserResult result = new UserResult.Refused(Problems.NotFound);
        var action = new StaffAction(AuditAction.Updated, userId, staff, Role.Admin);
        var problem = await changes.RunAsync(
            action,
            async (change, account) =>
            {
                result = await ApplyAsync(change, account, request, ifMatch, cancellationToken);
                return (result as UserResult.Refused)?.Refusal;
            },
            cancellationToken);
        return problem is null ? result : new UserResult.Refused(problem);
    }

    private async Task<UserResult> ApplyAsync(
        AccountChange change, ManagedAccount before, UpdateUserRequest request, IfMatch ifMatch, CancellationToken cancellationToken)
    {
        if (!ifMatch.Allows(before.EntityTag))
        {
            return new UserResult.Refused(Problems.PreconditionFailed);
        }

        if (tiers.Validate(request.SubscriptionTier, before.SubscriptionTier) is { } reason)
        {
            return new UserResult.Refused(Refusal.Invalid("subscription_tier", reason));
        }

        var wanted = before with
        {
            SubscriptionTier = request.SubscriptionTier ?? before.SubscriptionTier,
            IsActive = request.IsActive ?? before.IsActive,
            IsVerified = request.IsVerified ?? before.IsVerified,
            Roles = [.. (request.Roles ?? before.Roles).Distinct()],
        };
        if (wanted.ChangesSince(before).Count == 0)
        {
            return new UserResult.Done(before);
        }

        if (before is { IsActive: true, IsAdmin: true } && wanted is not { IsActive: true, IsAdmin: true }
            && await lastAdmin.ForbidsAsync(before.Id, cancellationToken))
        {
            return new UserResult.Refused(Problems.LastAdmin);
        }

        await writer.SaveAsync(before, wanted);
        if (before.IsActive && !wanted.IsActive)
        {
            await sessions.RevokeAllAsync(change, SessionEnd.AccountDisabled, cancellationToken);
        }

        var after = await accounts.FindAsync(before.Id, cancellationToken)
            ?? throw new InvalidOperationException("The account no longer exists, although its row is locked.");
        await change.RecordChangeAsync(AuditAction.Updated, after.ChangesSince(before));
        return new UserResult.Done(after);
    }
}
