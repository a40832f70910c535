using Cortex.IdentityServer.Foundation.Http.RateLimits;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Identity.Passwords;

/// <summary>The outcome of a password check.</summary>
internal abstract record PasswordCheckResult
{
    private PasswordCheckResult()
    {
    }

    /// <param name="User">The user who proved the password.</param>
    /// <param name="NewHash">The hash of the new password, or of the current one if the stored hash has a different cost or format; otherwise null.</param>
    public sealed record Correct(User User, string? NewHash) : PasswordCheckResult;

    /// <summary>The password is wrong, or there is no such account.</summary>
    /// <param name="Limit">The limit on failed logins that this attempt counts against.</param>
    public sealed record Wrong(RateDecision? Limit = null) : PasswordCheckResult;

    /// <summary>There were too many failures from this address or for this account, so the password was not checked.</summary>
    /// <param name="RetryAfter">How long the client should wait.</param>
    /// <param name="Limit">The limit that rejected the attempt, or null if the account is locked.</param>
    public sealed record Refused(TimeSpan RetryAfter, RateDecision? Limit = null) : PasswordCheckResult;

    /// <summary>The hashing queue was full, so nothing was checked.</summary>
    public sealed record Busy(TimeSpan RetryAfter) : PasswordCheckResult;
}
