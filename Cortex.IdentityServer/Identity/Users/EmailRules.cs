using Microsoft.AspNetCore.Identity;

namespace Cortex.IdentityServer.Identity.Users;

/// <summary>What Identity checks of a user before it is first stored. That the email is free is the database's to say, in the same statement.</summary>
internal sealed class EmailRules(IdentityErrorDescriber describer) : IUserValidator<User>
{
    public Task<IdentityResult> ValidateAsync(UserManager<User> manager, User user) => Task.FromResult(
        // Accounts that the Python server made keep the address that they have, whatever it looks like.
        user.Id != Guid.Empty || (EmailAddress.TryNormalize(user.Email, out var normal, out _) && normal == user.Email)
            ? IdentityResult.Success
            : IdentityResult.Failed(describer.InvalidEmail(user.Email)));
}
