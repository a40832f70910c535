using Microsoft.AspNetCore.Identity;

namespace Cortex.IdentityServer.Accounts;

/// <summary>What Identity checks of a user before it is stored. That the email is free is the database's to say, in the same statement.</summary>
internal sealed class EmailRules(IdentityErrorDescriber describer) : IUserValidator<User>
{
    public Task<IdentityResult> ValidateAsync(UserManager<User> manager, User user) => Task.FromResult(
        EmailAddress.TryNormalize(user.Email, out var normal, out _) && normal == user.Email
            ? IdentityResult.Success
            : IdentityResult.Failed(describer.InvalidEmail(user.Email)));
}
