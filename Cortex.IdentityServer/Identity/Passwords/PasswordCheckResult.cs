using Cortex.IdentityServer.Foundation.Http.RateLimits;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Identity.Passwords;

/// <summary>The outcome of a check of a password.</summary>
internal abstract record PasswordCheckResult
{
    private PasswordCheckResult()
    {
    }

    /// <param name="User">Whose it is.</param>
    /// <param name="NewHash">Of the new password; or of this one, where the stored hash is of another cost or form. Null otherwise.</param>
    public sealed record Right(User User, string? NewHash) : PasswordCheckResult;

    /// <summary>The password is wrong, or there is no such account.</summary>
    /// <param name="Limit">The limit of failed logins that this one counts against.</param>
    public sealed record Wrong(RateDecision? Limit = null) : PasswordCheckResult;

    /// <summary>Too many failures from this address or at this account: the password was not looked at.</summary>
    /// <param name="RetryAfter">How long to wait.</param>
    /// <param name="Limit">The limit that refused it; null where the account is locked.</param>
    public sealed record Refused(TimeSpan RetryAfter, RateDecision? Limit = null) : PasswordCheckResult;

    /// <summary>The hashing line is full; nothing was looked at.</summary>
    public sealed record Busy(TimeSpan RetryAfter) : PasswordCheckResult;
}
