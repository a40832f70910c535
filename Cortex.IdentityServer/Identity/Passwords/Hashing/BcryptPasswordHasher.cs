using Cortex.IdentityServer.Identity.Users;
using Microsoft.AspNetCore.Identity;

namespace Cortex.IdentityServer.Identity.Passwords.Hashing;

/// <summary>Stores passwords as the Python server did, at the configured cost; <see cref="PasswordHash"/> has the formats.</summary>
/// <remarks>It takes a fifth of a second of a processor: requests go through the <see cref="HashingQueue"/>, and Identity's managers come here.</remarks>
internal sealed class BcryptPasswordHasher(BcryptEngine bcrypt, int cost) : IPasswordHasher<User>
{
    public string Create(string password) => PasswordHash.Create(password, cost, bcrypt);

    /// <summary>Null stands for a user that isn't there, and takes the time of a wrong password.</summary>
    /// <param name="storedHash">The account's hash.</param>
    /// <param name="password">What was typed.</param>
    /// <param name="dearest">The dearest hash among the accounts, whose time a wrong password takes.</param>
    public PasswordVerificationResult Verify(string? storedHash, string password, DearestHash dearest = default) =>
        PasswordHash.Verify(storedHash, password, cost, dearest.RoundsAt(cost, bcrypt), bcrypt);

    public string HashPassword(User user, string password) => Create(password);

    public PasswordVerificationResult VerifyHashedPassword(User user, string hashedPassword, string providedPassword) =>
        Verify(hashedPassword, providedPassword);
}
