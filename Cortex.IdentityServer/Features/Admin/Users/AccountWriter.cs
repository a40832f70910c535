using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.AspNetCore.Identity;

namespace Cortex.IdentityServer.Features.Admin.Users;

/// <summary>Writes accounts and their roles, through Identity; in the caller's transaction, which has checked that it may.</summary>
internal sealed class AccountWriter(UserManager<User> users, RoleManager<Role> roles)
{
    /// <summary>Why these roles can't be given; null when all of them exist.</summary>
    public async Task<Refusal?> WhyRefusedAsync(IEnumerable<string>? names)
    {
        foreach (var name in (names ?? []).Distinct())
        {
            if (!await roles.RoleExistsAsync(name))
            {
                return Refusal.Invalid("roles", $"must be of {string.Join(", ", Role.All)}");
            }
        }

        return null;
    }

    /// <summary>Why there is no new account; null when there is.</summary>
    public async Task<Refusal?> CreateAsync(User user, IReadOnlyCollection<string> names)
    {
        if (await users.CreateAsync(user) is { Succeeded: false } failure)
        {
            return failure.Errors.Any(error => error.Code == nameof(IdentityErrorDescriber.DuplicateEmail))
                ? Problems.EmailTaken
                : Refusal.Invalid("email", failure.Errors.First().Description);
        }

        MustSucceed(await users.AddToRolesAsync(user, names));
        return null;
    }

    public async Task SaveAsync(ManagedAccount before, ManagedAccount wanted)
    {
        var user = await users.FindByIdAsync(wanted.Id.ToString()) ?? throw new InvalidOperationException("An account that is locked is gone.");

        // A NULL that means the same stays: it is no change.
        user.SubscriptionTier = wanted.SubscriptionTier == before.SubscriptionTier ? user.SubscriptionTier : wanted.SubscriptionTier;
        user.IsActive = wanted.IsActive == before.IsActive ? user.IsActive : wanted.IsActive;
        user.IsVerified = wanted.IsVerified == before.IsVerified ? user.IsVerified : wanted.IsVerified;

        // Links and logins under way of an account that is switched off are void. Identity insists on a stamp, and a row that another program wrote may have
        // none.
        user.SecurityStamp = user.SecurityStamp is null || (before.IsActive && !wanted.IsActive) ? Guid.NewGuid().ToString() : user.SecurityStamp;
        MustSucceed(await users.RemoveFromRolesAsync(user, before.Roles.Except(wanted.Roles)));
        MustSucceed(await users.AddToRolesAsync(user, wanted.Roles.Except(before.Roles)));
        MustSucceed(await users.UpdateAsync(user));
    }

    private static void MustSucceed(IdentityResult result)
    {
        if (!result.Succeeded)
        {
            throw new InvalidOperationException($"Identity refused what was checked: {string.Join(", ", result.Errors.Select(error => error.Code))}");
        }
    }
}
