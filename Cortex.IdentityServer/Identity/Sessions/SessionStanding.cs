namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>Whether a session still counts, and what is true of its user now.</summary>
internal abstract record SessionStanding
{
    private SessionStanding()
    {
    }

    /// <param name="User">As the account is now.</param>
    /// <param name="Factors">The second factors that it has.</param>
    /// <param name="ExpiresAt">The session's absolute end.</param>
    public sealed record Live(SessionUser User, string[] Factors, DateTimeOffset ExpiresAt) : SessionStanding;

    /// <summary>Logged out, ended, expired, or its account is gone.</summary>
    public sealed record Ended : SessionStanding
    {
        public static Ended Instance { get; } = new();

        private Ended()
        {
        }
    }

    /// <summary>Its account is switched off, which is said whether that ended the session or it had ended before.</summary>
    public sealed record AccountDisabled : SessionStanding
    {
        public static AccountDisabled Instance { get; } = new();

        private AccountDisabled()
        {
        }
    }
}
