namespace Cortex.IdentityServer.Identity.TwoFactor;

/// <summary>A recovery code that wasn't used yet, as its keyed hash; using it deletes the row.</summary>
internal sealed class RecoveryCodeHash
{
    public Guid UserId { get; init; }

    public required byte[] CodeHash { get; init; }
}
