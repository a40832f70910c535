namespace Cortex.IdentityServer.Identity.TwoFactor;

/// <summary>The keyed hash of an unused recovery code; using the code deletes the row.</summary>
internal sealed class RecoveryCodeHash
{
    public Guid UserId { get; init; }

    public required byte[] CodeHash { get; init; }
}
