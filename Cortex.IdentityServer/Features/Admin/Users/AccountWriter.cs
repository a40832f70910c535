using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.AspNetCore.Identity;

namespace Cortex.IdentityServer.Features.Admin.Users;

/// <summary>Writes accounts and their roles through ASP.NET Core Identity, in the transaction of a caller that has authorized the change.</summary>
internal sealed class AccountWriter(UserManager<User> users, RoleManager<Role> roles)
{
    /// <summary>Checks that all of these roles exist. Returns null if they do.</summary>
    public async Task<Refusal?> ValidateRolesAsync(IEnumerable<string>? names)
    {
        foreach (var name in (names ?? []).Distinct())
        {
            if (!await roles.RoleExistsAsync(name))
            {
                return Refusal.Invalid("roles", $"must be among {string.Join(", ", Role.All)}");
            }
        }

        return null;
    }

    /// <summary>Creates an account with these roles. Returns null on success.</summary>
    public async Task<Refusal?> CreateAsync(User user, IReadOnlyCollection<string> names)
    {
        if (await users.CreateAsync(user) is { Succeeded: false } failure)
        {
            return failure.Errors.Any(error => error.Code == nameof(IdentityErrorDescriber.DuplicateEmail))
                ? Problems.EmailTaken
                : Refusal.Invalid("email", failure.Errors.First().Description);
        }

        ThrowIfFailed(await users.AddToRolesAsync(user, names));
        return null;
    }

    public async Task SaveAsync(ManagedAccount before, ManagedAccount wanted)
    {
        var user = await users.FindByIdAsync(wanted.Id.ToString())


            ?? throw new InvalidOperationException("The account no longer exists, although its row is locked.");

        // Keep a NULL that means the same value, because nothing has changed.
        user.SubscriptionTier = wanted.SubscriptionTier == before.SubscriptionTier ? user.SubscriptionTier : wanted.SubscriptionTier;
        user.IsActive = wanted.IsActive == before.IsActive ? user.IsActive : wanted.IsActive;
        user.IsVerified = wanted.IsVerified == before.IsVerified ? user.IsVerified : wanted.IsVerified;

        // A new security stamp invalidates emailed links and pending logins of an account that is being disabled. Identity also requires a stamp, which a row
        // written by another program may lack.
        user.SecurityStamp = user.SecurityStamp is null || (before.IsActive && !wanted.IsActive) ? Guid.NewGuid().ToString() : user.SecurityStamp;
        ThrowIfFailed(await users.RemoveFromRolesAsync(user, before.Roles.Except(wanted.Roles)));
        ThrowIfFailed(await users.AddToRolesAsync(user, wanted.Roles.Except(before.Roles)));
        ThrowIfFailed(await users.UpdateAsync(user));
    }

    private static void ThrowIfFailed(IdentityResult result)
    {
        if (!result.Succeeded)
        {
            throw new InvalidOperationException($"Identity rejected a validated change: {string.Join(", ", result.Errors.Select(error => error.Code))}");
        }
    }
}
