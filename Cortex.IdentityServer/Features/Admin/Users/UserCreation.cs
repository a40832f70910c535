using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Account.Mailed;
using Cortex.IdentityServer.Identity.Audit;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Features.Admin.Users;

/// <summary>Creates an account for a user and emails them a link to choose a password.</summary>
internal sealed class UserCreation(
    AccountWriter writer, StaffChanges changes, ManagedAccounts accounts, PasswordReset reset, KnownTiers tiers)
{
    /// <param name="email">A validated, normalized email address.</param>
    /// <param name="request">The other properties of the account.</param>
    /// <param name="staff">The administrator who creates it.</param>
    /// <param name="cancellationToken">The request's cancellation token.</param>
    public async Task<UserResult> TryAsync(string email, CreateUserRequest request, StaffMember staff, CancellationToken cancellationToken)
    {
        if (await writer.ValidateRolesAsync(request.Roles) is { } unknown)
        {
            return new UserResult.Refused(unknown);
        }

        if (tiers.Validate(request.SubscriptionTier) is { } reason)
        {
            return new UserResult.Refused(Refusal.Invalid("subscription_tier", reason));
        }

        ManagedAccount? created = null;
        var refusal = await changes.CreateAsync(
            staff,
            async change =>
            {
                var user = new User
                {
                    Email = email,
                    PasswordHash = User.NoPassword,
                    SubscriptionTier = request.SubscriptionTier ?? User.FreeTier,
                    IsVerified = request.IsVerified ?? false,
                };
                if (await writer.CreateAsync(user, [.. (request.Roles ?? []).Distinct()]) is { } taken)
                {
                    return taken;
                }

                change.SetAccount(user.Id);
                created = await accounts.FindAsync(user.Id, cancellationToken)
                    ?? throw new InvalidOperationException("The account that was just created doesn't exist.");
                await change.RecordChangeAsync(AuditAction.Created, created.ChangesSince(before: null));
                await reset.InviteAsync(user, cancellationToken);
                return null;
            },
            cancellationToken);
        return refusal is null ? new UserResult.Done(created!) : new UserResult.Refused(refusal);
    }
}
