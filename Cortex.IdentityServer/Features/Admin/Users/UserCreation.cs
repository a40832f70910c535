using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Account.Mailed;
using Cortex.IdentityServer.Identity.Audit;
using Cortex.IdentityServer.Identity.Events;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Features.Admin.Users;

/// <summary>Makes an account for somebody, who gets a mail to choose its password.</summary>
internal sealed class UserCreation(
    CortexDbContext db, AccountWriter writer, StaffChanges changes, ManagedAccounts accounts, PasswordReset reset, AccountEvents events, KnownTiers tiers)
{
    /// <param name="email">One that is one.</param>
    /// <param name="request">What else the account has.</param>
    /// <param name="staff">Who makes it.</param>
    /// <param name="cancellationToken">The request's.</param>
    public async Task<UserResult> TryAsync(string email, CreateUserRequest request, StaffMember staff, CancellationToken cancellationToken)
    {
        if (await writer.RefuseAsync(request.Roles) is { } unknown)
        {
            return new UserResult.Refused(unknown);
        }

        if (tiers.WhyRefused(request.SubscriptionTier) is { } reason)
        {
            return new UserResult.Refused(Refusal.Invalid("subscription_tier", reason));
        }

        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await changes.HoldAsync(staff, Role.Admin, cancellationToken) is { } refusal)
        {
            return new UserResult.Refused(refusal);
        }

        var user = new User
        {
            Email = email,
            PasswordHash = User.NoPassword,
            SubscriptionTier = request.SubscriptionTier ?? User.FreeTier,
            IsVerified = request.IsVerified ?? false,
        };
        if (await writer.CreateAsync(user, [.. (request.Roles ?? []).Distinct()]) is { } taken)
        {
            return new UserResult.Refused(taken);
        }

        var made = await accounts.FindAsync(user.Id, cancellationToken) ?? throw new InvalidOperationException("An account that was just made is gone.");
        await events.NoteChangeAsync(AuditAction.Created, made.Id, staff.Origin, made.ChangesSince(before: null), cancellationToken);
        await reset.InviteAsync(user, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        changes.Committed(new(AuditAction.Created, made.Id, staff, Role.Admin));
        return new UserResult.Done(made);
    }
}
