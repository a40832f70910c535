using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>Whether a session is still active, and the current data of its user.</summary>
internal abstract record SessionStatus
{
    private SessionStatus()
    {
    }

    /// <param name="User">The account's current data.</param>
    /// <param name="Factors">The account's second factors.</param>
    /// <param name="ExpiresAt">When the session expires, however often it is refreshed.</param>
    /// <param name="Quota">The quota that an administrator set for the user; null for that of the tier.</param>
    /// <param name="Billing">The period of the user's subscription; null without one.</param>
    public sealed record Live(
        SessionUser User, string[] Factors, DateTimeOffset ExpiresAt, QuotaLimits? Quota = null, BillingPeriod? Billing = null) : SessionStatus;

    /// <summary>The user logged out, or the session was ended or expired, or its account was deleted.</summary>
    public sealed record Ended : SessionStatus
    {
        public static Ended Instance { get; } = new();

        private Ended()
        {
        }
    }

    /// <summary>The account is disabled. This takes precedence, whether or not the session had already ended.</summary>
    public sealed record AccountDisabled : SessionStatus
    {
        public static AccountDisabled Instance { get; } = new();

        private AccountDisabled()
        {
        }
    }
}
