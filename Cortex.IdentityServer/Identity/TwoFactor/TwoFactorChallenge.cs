using Cortex.IdentityServer.Identity.Sessions;

namespace Cortex.IdentityServer.Identity.TwoFactor;

/// <summary>A login that has completed its first step and still needs the second factor; a <see cref="TwoFactorToken"/> refers to it.</summary>
internal sealed class TwoFactorChallenge
{
    public Guid Id { get; init; }

    public Guid UserId { get; init; }

    /// <summary>The account's security stamp at the first step; a session starts only if the stamp is still the same.</summary>
    public string? SecurityStamp { get; init; }

    /// <summary>How the user completed the first step (RFC 8176): <c>pwd</c>, or <c>hwk</c> for a passkey without user verification.</summary>
    public string FirstFactor { get; init; } = AuthenticationMethods.Pwd;

    public DateTimeOffset ExpiresAt { get; init; }

    /// <summary>The number of attempts so far; the fifth wrong code invalidates the challenge.</summary>
    public int Attempts { get; init; }
}
