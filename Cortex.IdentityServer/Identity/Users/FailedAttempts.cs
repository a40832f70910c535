namespace Cortex.IdentityServer.Identity.Users;

/// <summary>The limit on guesses at an account's password or second-factor codes.</summary>
internal static class FailedAttempts
{
    /// <summary>
    /// After this many consecutive failures from unknown networks, further attempts from unknown networks are blocked, no matter how much time lies between
    /// them.
    /// </summary>
    public const int MaxConsecutive = 100;
}
