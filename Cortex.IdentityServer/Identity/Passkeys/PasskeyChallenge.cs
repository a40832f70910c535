namespace Cortex.IdentityServer.Identity.Passkeys;

/// <summary>A pending WebAuthn challenge, which can be answered once; a <see cref="PasskeyToken"/> refers to it.</summary>
internal sealed class PasskeyChallenge
{
    public Guid Id { get; init; }

    /// <summary>The user who must respond; null for a login without a user name, where the response identifies the user.</summary>
    public Guid? UserId { get; init; }

    /// <summary>The purpose of the challenge: one of <see cref="PasskeyPurpose"/>.</summary>
    public required string Purpose { get; init; }

    /// <summary>The state that Identity's handler needs to check the response: the challenge and the user it was created for.</summary>
    public required string State { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }
}
