namespace Cortex.IdentityServer.Identity.Passkeys;

/// <summary>A question that was put to an authenticator and is to be answered once; named by a <see cref="PasskeyToken"/>.</summary>
internal sealed class PasskeyChallenge
{
    public Guid Id { get; init; }

    /// <summary>Who has to answer; null where the answer is to tell.</summary>
    public Guid? UserId { get; init; }

    /// <summary>What for: one of <see cref="PasskeyPurpose"/>.</summary>
    public required string Purpose { get; init; }

    /// <summary>What Identity's handler wants back with the answer: the challenge and whom it was for.</summary>
    public required string State { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }
}
