using Cortex.IdentityServer.Identity.Users;
using Microsoft.AspNetCore.Identity;

namespace Cortex.IdentityServer.Identity.Passwords.Hashing;

/// <summary>Hashes passwords as the Python server did, at the configured cost; <see cref="PasswordHash"/> describes the formats.</summary>
/// <remarks>
/// Hashing takes a fifth of a second of processor time. Requests use the <see cref="HashingQueue"/>; Identity's managers call this class directly.
/// </remarks>
internal sealed class BcryptPasswordHasher(BcryptEngine bcrypt, int cost) : IPasswordHasher<User>
{
    public string Create(string password) => PasswordHash.Create(password, cost, bcrypt);

    /// <summary>Verifies a password. A null hash means an unknown user, and takes the time of a wrong password.</summary>
    /// <param name="storedHash">The stored hash, or null.</param>
    /// <param name="password">The submitted password.</param>
    /// <param name="costliest">The costliest hash of any account, whose time every wrong password takes.</param>
    public PasswordVerificationResult Verify(string? storedHash, string password, CostliestHash costliest = default) =>
        PasswordHash.Verify(storedHash, password, cost, costliest.RoundsAt(cost, bcrypt), bcrypt);

    public string HashPassword(User user, string password) => Create(password);

    public PasswordVerificationResult VerifyHashedPassword(User user, string hashedPassword, string providedPassword) =>
        Verify(hashedPassword, providedPassword);
}
