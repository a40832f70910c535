using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Identity.Passwords;

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
