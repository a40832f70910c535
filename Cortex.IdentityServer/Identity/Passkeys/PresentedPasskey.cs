namespace Cortex.IdentityServer.Identity.Passkeys;

/// <summary>
/// What the authenticator that answers this request says of its passkey. Identity's handler refuses a passkey whose eligibility for backups isn't as stored,
/// for good; WebAuthn (7.2, step 18) asks for that only where backups are part of the relying party's policy, and here they are part of none.
/// </summary>
internal sealed class PresentedPasskey
{
    public bool? IsBackupEligible { get; set; }
}
