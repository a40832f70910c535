namespace Cortex.IdentityServer.Identity.TwoFactor;

/// <summary>The last accepted TOTP step of a user, and the consecutive failures of the second factor.</summary>
/// <remarks>It has a table of its own, so that a code at login doesn't change the account's <c>updated_at</c>.</remarks>
internal sealed class TwoFactorState
{
    public Guid UserId { get; init; }

    /// <summary>The last accepted 30-second step (RFC 6238 section 5.2); codes of this step and earlier ones are rejected.</summary>
    public long LastStep { get; init; }

    /// <summary>Consecutive wrong codes, across TOTP and recovery codes and all logins.</summary>
    public int Failures { get; init; }

    /// <summary>Consecutive wrong codes from addresses that aren't known as the owner's; this count doesn't expire.</summary>
    public int InARow { get; init; }

    public DateTimeOffset FailedAt { get; init; }

    /// <summary>When the owner was notified that <see cref="InARow"/> reached its limit.</summary>
    public DateTimeOffset? BlockedAt { get; init; }
}
