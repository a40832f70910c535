using Cortex.IdentityServer.Accounts;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Cortex.IdentityServer.Passkeys;

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

/// <summary>What an authenticator is asked for; an answer to one is none to another.</summary>
internal static class PasskeyPurpose
{
    public const string Registration = "registration";
    public const string Login = "login";
    public const string SecondFactor = "second_factor";
}

/// <summary>Tables of passkeys.</summary>
internal sealed class PasskeyConfiguration : IEntityTypeConfiguration<Passkey>, IEntityTypeConfiguration<PasskeyChallenge>
{
    public const int NameLength = 100;

    public void Configure(EntityTypeBuilder<Passkey> passkey)
    {
        passkey.ToTable("passkeys");
        passkey.HasKey(p => p.Id);
        passkey.Property(p => p.Id).ValueGeneratedNever();
        passkey.Property(p => p.Name).HasMaxLength(NameLength);
        passkey.HasOne<User>().WithMany().HasForeignKey(p => p.UserId).OnDelete(DeleteBehavior.Cascade);
        passkey.HasIndex(p => p.UserId);

        // One credential answers for one account (WebAuthn 7.1, the last check but one): whoever registers it second is refused.
        passkey.HasIndex(p => p.CredentialId).IsUnique();
    }

    public void Configure(EntityTypeBuilder<PasskeyChallenge> challenge)
    {
        challenge.ToTable("passkey_challenges");
        challenge.HasKey(c => c.Id);
        challenge.Property(c => c.Id).ValueGeneratedNever();
        challenge.Property(c => c.Purpose).HasMaxLength(32);
        challenge.HasOne<User>().WithMany().HasForeignKey(c => c.UserId).OnDelete(DeleteBehavior.Cascade);
        challenge.HasIndex(c => c.UserId);
        challenge.HasIndex(c => c.ExpiresAt);
    }
}
