using Cortex.IdentityServer.Accounts;
using Cortex.IdentityServer.Http;

namespace Cortex.IdentityServer.Login;

/// <summary>Somebody says that an account's password is this one.</summary>
/// <param name="Email">As typed.</param>
/// <param name="Password">As typed.</param>
/// <param name="Client">Where from.</param>
/// <param name="NewPassword">What is to be hashed in its place if it is right.</param>
internal sealed record PasswordAttempt(string Email, string Password, Client Client, string? NewPassword = null);

/// <summary>The outcome of a check of a password.</summary>
internal abstract record PasswordCheckResult
{
    /// <param name="User">Whose it is.</param>
    /// <param name="NewHash">Of the new password; or of this one, where the stored hash is of another cost or form. Null otherwise.</param>
    public sealed record Right(User User, string? NewHash) : PasswordCheckResult;

    /// <summary>Or there is no such account.</summary>
    public sealed record Wrong : PasswordCheckResult;

    /// <summary>Too many failures from this address or at this account: the password was not looked at.</summary>
    public sealed record Refused(TimeSpan RetryAfter) : PasswordCheckResult;

    /// <summary>The hashing line is full; nothing was looked at.</summary>
    public sealed record Busy(TimeSpan RetryAfter) : PasswordCheckResult;
}
