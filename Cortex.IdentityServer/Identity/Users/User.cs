using Microsoft.AspNetCore.Identity;

namespace Cortex.IdentityServer.Identity.Users;

/// <summary>
/// An account: the ASP.NET Core Identity user, mapped to the documented table <c>users</c>. Columns that the documented schema leaves nullable are nullable
/// here too, because rows written by other programs may contain NULL.
/// </summary>
public class User : IdentityUser<Guid>
{
    /// <summary>The tier of free accounts.</summary>
    public const string FreeTier = "free";

    /// <summary>Stored instead of a hash until the user chooses a password. No password matches it.</summary>
    public const string NoPassword = "!";

    /// <summary>The user name is the email, because users log in with it.</summary>
    public override string? UserName { get => Email; set => Email = value; }

    /// <summary>The database folds emails in an index, so there is no column for a normalized email.</summary>
    public override string? NormalizedUserName { get => Email; set { } }

    /// <inheritdoc cref="NormalizedUserName"/>
    public override string? NormalizedEmail { get => Email; set { } }

    public override bool EmailConfirmed { get => IsVerified ?? false; set => IsVerified = value; }

    public override bool TwoFactorEnabled { get => HasTwoFactor ?? false; set => HasTwoFactor = value; }

    /// <summary>The single API key of an account migrated from the Python server, in plain text until its first use here.</summary>
    public string? ApiKey { get; set; }

    public string? SubscriptionTier { get; set; } = FreeTier;

    public bool? IsActive { get; set; } = true;

    public bool? IsVerified { get; set; } = false;

    public bool? HasTwoFactor { get; set; } = false;

    /// <summary>The TOTP secret, encrypted. A secret migrated from the Python server stays in plain base32 until its first use here.</summary>
    public string? TwoFactorSecret { get; set; }

    public DateTimeOffset? CreatedAt { get; set; }

    /// <summary>Updated by a trigger whenever the row changes.</summary>
    public DateTimeOffset? UpdatedAt { get; set; }

    /// <summary>The quota that an administrator set for this user, as JSON (<see cref="QuotaLimits"/>); null for the quota of the tier.</summary>
    public string? Quota { get; set; }

    /// <summary>When the account was deleted, while its usage is still being removed; null for an account that exists.</summary>
    public DateTimeOffset? DeletedAt { get; set; }

    /// <summary>PostgreSQL's <c>xmin</c>, which changes with every write by any program and serves as the concurrency token.</summary>
    public uint RowVersion { get; set; }

    /// <summary>Returns whether the user has chosen a password. Other programs may store NULL for no password.</summary>
    public bool HasPassword => PasswordHash is not (null or NoPassword);

    /// <summary>Returns whether the account is active. NULL, which older programs may have written, counts as the column's default.</summary>
    public bool IsEnabled => IsActive ?? true;

    /// <summary>The recipient of notices about this account.</summary>
    internal AccountOwner Owner => new(Id, Email!);
}
