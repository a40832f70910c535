using Microsoft.AspNetCore.Identity;

namespace Cortex.IdentityServer.Identity.Users;

/// <summary>
/// An account: Identity's user over the documented table <c>users</c>. Columns that the documented schema leaves nullable
/// are nullable here too, since rows that other programs wrote may hold NULL.
/// </summary>
public class User : IdentityUser<Guid>
{
    /// <summary>The tier of an account that pays nothing.</summary>
    public const string FreeTier = "free";

    /// <summary>In the place of a hash while nobody has chosen a password: no password has it.</summary>
    public const string NoPassword = "!";

    /// <summary>People log in with their email: it is the user name.</summary>
    public override string? UserName { get => Email; set => Email = value; }

    /// <summary>The database folds emails in an index of its own, so no second column holds the folded one.</summary>
    public override string? NormalizedUserName { get => Email; set { } }

    /// <inheritdoc cref="NormalizedUserName"/>
    public override string? NormalizedEmail { get => Email; set { } }

    public override bool EmailConfirmed { get => IsVerified ?? false; set => IsVerified = value; }

    public override bool TwoFactorEnabled { get => HasTwoFactor ?? false; set => HasTwoFactor = value; }

    /// <summary>The Python server's single key, in plain text, until its first use here.</summary>
    public string? ApiKey { get; set; }

    public string? SubscriptionTier { get; set; } = FreeTier;

    public bool? IsActive { get; set; } = true;

    public bool? IsVerified { get; set; } = false;

    public bool? HasTwoFactor { get; set; } = false;

    /// <summary>The TOTP secret, encrypted; or base32 as the Python server stored it, until its first use here.</summary>
    public string? TwoFactorSecret { get; set; }

    public DateTimeOffset? CreatedAt { get; set; }

    /// <summary>Moved by a trigger on every change of the row.</summary>
    public DateTimeOffset? UpdatedAt { get; set; }

    /// <summary>PostgreSQL's <c>xmin</c>: changes with every write, whoever wrote, so that no saved change undoes another.</summary>
    public uint RowVersion { get; set; }

    /// <summary>Other programs may write NULL for none.</summary>
    public bool HasPassword => PasswordHash is not (null or NoPassword);

    /// <summary>An account may be used unless it was switched off: a NULL of an older program counts as the column's default.</summary>
    public bool MayBeUsed => IsActive ?? true;

    /// <summary>Whom notices about this account go to.</summary>
    internal AccountOwner Owner => new(Id, Email!);
}
