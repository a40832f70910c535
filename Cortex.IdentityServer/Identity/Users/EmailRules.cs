using Microsoft.AspNetCore.Identity;

namespace Cortex.IdentityServer.Identity.Users;

/// <summary>Validates the email of a new user for ASP.NET Core Identity. The database checks uniqueness when it inserts the row.</summary>
internal sealed class EmailRules(IdentityErrorDescriber describer) : IUserValidator<User>
{
    public Task<IdentityResult> ValidateAsync(UserManager<User> manager, User user) => Task.FromResult(
        // Accounts created by the Python server keep their address even if it wouldn't be valid today.
        user.Id != Guid.Empty || (EmailAddress.TryNormalize(user.Email, out var normal, out _) && normal == user.Email)
            ? IdentityResult.Success
            : IdentityResult.Failed(describer.InvalidEmail(user.Email)));
}
