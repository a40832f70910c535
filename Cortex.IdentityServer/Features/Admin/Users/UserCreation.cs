using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Account.Mailed;
using Cortex.IdentityServer.Identity.Audit;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Features.Admin.Users;

/// <summary>Makes an account for somebody, who gets a mail to choose its password.</summary>
internal sealed class UserCreation(
    AccountWriter writer, StaffChanges changes, ManagedAccounts accounts, PasswordReset reset, KnownTiers tiers)
{
    /// <param name="email">One that is one.</param>
    /// <param name="request">What else the account has.</param>
    /// <param name="staff">Who makes it.</param>
    /// <param name="cancellationToken">The request's.</param>
    public async Task<UserResult> TryAsync(string email, CreateUserRequest request, StaffMember staff, CancellationToken cancellationToken)
    {
        if (await writer.WhyRefusedAsync(request.Roles) is { } unknown)
        {
            return new UserResult.Refused(unknown);
        }

        if (tiers.WhyRefused(request.SubscriptionTier) is { } reason)
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

                change.Created(user.Id);
                created = await accounts.FindAsync(user.Id, cancellationToken)
                    ?? throw new InvalidOperationException("An account that was just created is gone.");
                await change.RecordChangeAsync(AuditAction.Created, created.ChangesSince(before: null));
                await reset.InviteAsync(user, cancellationToken);
                return null;
            },
            cancellationToken);
        return refusal is null ? new UserResult.Done(created!) : new UserResult.Refused(refusal);
    }
}
