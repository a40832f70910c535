using Microsoft.AspNetCore.Identity;

namespace Cortex.IdentityServer.Accounts;

/// <summary>Lets ASP.NET Core Identity store passwords as the Python server did; <see cref="PasswordHash"/> has the formats.</summary>
internal sealed class BcryptPasswordHasher(int cost) : IPasswordHasher<User>
{
    public string HashPassword(User user, string password) => PasswordHash.Create(password, cost);

    public PasswordVerificationResult VerifyHashedPassword(User user, string hashedPassword, string providedPassword) =>
        PasswordHash.Verify(hashedPassword, providedPassword, cost);

    /// <summary>Takes the time of a wrong password where there is no user, so that the time does not tell.</summary>
    public void VerifyAgainstNothing(string password) => PasswordHash.Verify(null, password, cost);
}
