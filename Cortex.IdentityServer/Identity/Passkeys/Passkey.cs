using Microsoft.AspNetCore.Identity;

namespace Cortex.IdentityServer.Identity.Passkeys;

/// <summary>A user's public key whose private key is held by an authenticator (a WebAuthn credential record).</summary>
internal sealed class Passkey
{
    /// <summary>The id for routes; the credential's own id can be of any length.</summary>
    public Guid Id { get; init; }

    public Guid UserId { get; init; }

    public required byte[] CredentialId { get; init; }

    public required string Name { get; set; }

    /// <summary>The public key in COSE encoding.</summary>
    public required byte[] PublicKey { get; init; }

    /// <summary>The authenticator's signature counter, which only increases; 0 for authenticators that don't count.</summary>
    public long SignCount { get; set; }

    /// <summary>How the browser can reach the authenticator at the next login.</summary>
    public string[] Transports { get; init; } = [];

    /// <summary>Whether the authenticator verified its user (by PIN, fingerprint, or face) when the passkey was created.</summary>
    public bool IsUserVerified { get; init; }

    /// <summary>The value that the authenticator last reported; a firmware update may change it.</summary>
    public bool IsBackupEligible { get; init; }

    /// <summary>Whether the passkey is backed up, for example in a cloud account, rather than bound to one device.</summary>
    public bool IsBackedUp { get; set; }

    public byte[] AttestationObject { get; init; } = [];

    public byte[] ClientDataJson { get; init; } = [];

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? LastUsedAt { get; init; }

    public static Passkey Of(Guid userId, UserPasskeyInfo passkey) => new()
    {
        Id = Guid.CreateVersion7(passkey.CreatedAt),
        UserId = userId,
        CredentialId = passkey.CredentialId,
        Name = passkey.Name ?? "",
        PublicKey = passkey.PublicKey,
        SignCount = passkey.SignCount,
        Transports = passkey.Transports ?? [],
        IsUserVerified = passkey.IsUserVerified,
        IsBackupEligible = passkey.IsBackupEligible,
        IsBackedUp = passkey.IsBackedUp,
        AttestationObject = passkey.AttestationObject,
        ClientDataJson = passkey.ClientDataJson,
        CreatedAt = passkey.CreatedAt,
    };

    public UserPasskeyInfo ToInfo(bool? isBackupEligible = null) => new(
        CredentialId, PublicKey, CreatedAt, (uint)SignCount, Transports, IsUserVerified, isBackupEligible ?? IsBackupEligible, IsBackedUp, AttestationObject,
        ClientDataJson)
    {
        Name = Name,
    };
}
