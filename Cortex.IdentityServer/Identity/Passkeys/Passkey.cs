using Microsoft.AspNetCore.Identity;

namespace Cortex.IdentityServer.Identity.Passkeys;

/// <summary>A public key whose private half an authenticator of the user holds (WebAuthn's credential record).</summary>
internal sealed class Passkey
{
    /// <summary>For routes: the credential's own id is as long as its authenticator likes.</summary>
    public Guid Id { get; init; }

    public Guid UserId { get; init; }

    public required byte[] CredentialId { get; init; }

    public required string Name { get; set; }

    /// <summary>In COSE's encoding.</summary>
    public required byte[] PublicKey { get; init; }

    /// <summary>The authenticator's count of signatures, which only rises; 0 for those that don't count.</summary>
    public long SignCount { get; set; }

    /// <summary>How the authenticator is reached, for the browser's next question.</summary>
    public string[] Transports { get; init; } = [];

    /// <summary>Whether the authenticator checked a PIN, a finger or a face when the passkey was made.</summary>
    public bool IsUserVerified { get; init; }

    /// <summary>As the authenticator said last: an update of it may change this.</summary>
    public bool IsBackupEligible { get; init; }

    /// <summary>Whether it is in a cloud and not bound to one device.</summary>
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
