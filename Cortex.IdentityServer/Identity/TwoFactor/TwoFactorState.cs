namespace Cortex.IdentityServer.Identity.TwoFactor;

/// <summary>How far a user's codes are spent and how often the second factor failed in a row.</summary>
/// <remarks>Apart from <c>users</c>, so that a code at login doesn't move the account's <c>updated_at</c>.</remarks>
internal sealed class TwoFactorState
{
    public Guid UserId { get; init; }

    /// <summary>The last accepted 30-second step (RFC 6238 section 5.2): no code of it or before is accepted again.</summary>
    public long LastStep { get; init; }

    /// <summary>Wrong codes in a row, over authenticator and recovery codes and over all logins.</summary>
    public int Failures { get; init; }

    /// <summary>Wrong codes in a row from addresses that aren't known as the owner's, which no time forgets.</summary>
    public int InARow { get; init; }

    public DateTimeOffset FailedAt { get; init; }

    /// <summary>When the owner was told that <see cref="InARow"/> is at its limit.</summary>
    public DateTimeOffset? BlockedAt { get; init; }
}
