namespace Cortex.IdentityServer.Identity.Passkeys;

/// <summary>
/// What the current authenticator response says about its passkey. Identity's handler permanently rejects a passkey whose backup eligibility differs from the
/// stored value; WebAuthn (section 7.2, step 18) requires that only if backups are part of the relying party's policy, and here they aren't.
/// </summary>
internal sealed class PresentedPasskey
{
    public bool? IsBackupEligible { get; set; }
}
