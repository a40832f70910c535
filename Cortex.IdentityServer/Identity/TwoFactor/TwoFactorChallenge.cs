using Cortex.IdentityServer.Identity.Sessions;

namespace Cortex.IdentityServer.Identity.TwoFactor;

/// <summary>A login that has proved its first step and still owes the second factor; named by a <see cref="TwoFactorToken"/>.</summary>
internal sealed class TwoFactorChallenge
{
    public Guid Id { get; init; }

    public Guid UserId { get; init; }

    /// <summary>The account's security stamp when the first step was proved; a session starts only if it is still the same.</summary>
    public string? SecurityStamp { get; init; }

    /// <summary>How the first step was proved (RFC 8176): <c>pwd</c> or, by a passkey that didn't verify its user, <c>hwk</c>.</summary>
    public string FirstFactor { get; init; } = AuthenticationMethods.Pwd;

    public DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Codes tried against it; the fifth wrong one kills it.</summary>
    public int Attempts { get; init; }
}
