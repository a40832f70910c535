using Cortex.IdentityServer.Foundation.Http.RateLimits;
using Cortex.IdentityServer.Identity.Sessions;

namespace Cortex.IdentityServer.Identity.Login;

/// <summary>The outcome of a login, or of its second step.</summary>
internal abstract record LoginResult
{
    private LoginResult()
    {
    }

    public sealed record Success(TokenResponse Tokens) : LoginResult;

    /// <summary>The password is right and a second factor is owed.</summary>
    public sealed record TwoFactorRequired(string Token) : LoginResult;

    /// <summary>Unknown email or wrong password: one answer for both.</summary>
    /// <param name="Limit">The limit of failed logins that a wrong password counts against; null for a passkey.</param>
    public sealed record InvalidCredentials(RateDecision? Limit = null) : LoginResult;

    public sealed record InvalidCode : LoginResult
    {
        public static InvalidCode Instance { get; } = new();

        private InvalidCode()
        {
        }
    }

    /// <summary>The challenge is unknown, too old, used, or died of wrong codes.</summary>
    public sealed record InvalidChallenge : LoginResult
    {
        public static InvalidChallenge Instance { get; } = new();

        private InvalidChallenge()
        {
        }
    }

    /// <summary>The address, the account or its second factor has had too many failures: nothing is tried for this long.</summary>
    /// <param name="RetryAfter">How long to wait.</param>
    /// <param name="Limit">The limit that refused it; null where the account or its second factor is locked.</param>
    public sealed record Locked(TimeSpan RetryAfter, RateDecision? Limit = null) : LoginResult;

    /// <summary>The hashing line is full.</summary>
    public sealed record Busy(TimeSpan RetryAfter) : LoginResult;

    /// <summary>Only somebody who knows the password learns this.</summary>
    public sealed record AccountDisabled : LoginResult
    {
        public static AccountDisabled Instance { get; } = new();

        private AccountDisabled()
        {
        }
    }

    /// <inheritdoc cref="AccountDisabled"/>
    public sealed record EmailNotVerified : LoginResult
    {
        public static EmailNotVerified Instance { get; } = new();

        private EmailNotVerified()
        {
        }
    }
}
