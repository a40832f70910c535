using Cortex.IdentityServer.Foundation.Http.RateLimits;
using Cortex.IdentityServer.Identity.Sessions;

namespace Cortex.IdentityServer.Identity.Login;

/// <summary>The outcome of a login or of its second step.</summary>
internal abstract record LoginResult
{
    private LoginResult()
    {
    }

    public sealed record Success(TokenResponse Tokens) : LoginResult;

    /// <summary>The password is right, and a second factor is required.</summary>
    public sealed record TwoFactorRequired(string Token) : LoginResult;

    /// <summary>The email is unknown or the password is wrong. Both cases get the same response.</summary>
    /// <param name="Limit">The limit on failed logins that a wrong password counts against, or null for a passkey.</param>
    public sealed record InvalidCredentials(RateDecision? Limit = null) : LoginResult;

    public sealed record InvalidCode : LoginResult
    {
        public static InvalidCode Instance { get; } = new();

        private InvalidCode()
        {
        }
    }

    /// <summary>The challenge is unknown, expired, already used, or invalid after too many wrong codes.</summary>
    public sealed record InvalidChallenge : LoginResult
    {
        public static InvalidChallenge Instance { get; } = new();

        private InvalidChallenge()
        {
        }
    }

    /// <summary>
    /// There were too many failures from the address, for the account, or with its second factor, so no attempt is allowed until the given time has passed.
    /// </summary>
    /// <param name="RetryAfter">How long the client should wait.</param>
    /// <param name="Limit">The limit that rejected the attempt, or null if the account or its second factor is locked.</param>
    public sealed record Locked(TimeSpan RetryAfter, RateDecision? Limit = null) : LoginResult;

    /// <summary>The hashing queue is full.</summary>
    public sealed record Busy(TimeSpan RetryAfter) : LoginResult;

    /// <summary>Only a client that has proved that it knows the password or holds the passkey receives this response.</summary>
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
