using System.ComponentModel.DataAnnotations;
using Cortex.IdentityServer.Accounts;
using Cortex.IdentityServer.Http;
using Cortex.IdentityServer.Http.RateLimits;

namespace Cortex.IdentityServer.Admin.Users;

/// <summary>An account as administrators see it.</summary>
/// <param name="Id">The user's id, which never changes.</param>
/// <param name="Email">As it was typed.</param>
/// <param name="SubscriptionTier"><c>free</c>, <c>pro</c>, <c>enterprise</c>, or another that the operator or another program chose.</param>
/// <param name="IsActive">Whether the account may be used.</param>
/// <param name="IsVerified">Whether the mailbox was proved.</param>
/// <param name="TwoFactorEnabled">Whether a login needs a second factor.</param>
/// <param name="CreatedAt">When the account was made.</param>
/// <param name="UpdatedAt">When the account last changed.</param>
/// <param name="Roles">What the user may do beyond their own account.</param>
internal sealed record AdminUserResponse(
    Guid Id, string Email, string SubscriptionTier, bool IsActive, bool IsVerified, bool TwoFactorEnabled, DateTimeOffset? CreatedAt,
    DateTimeOffset? UpdatedAt, IReadOnlyList<string> Roles);

/// <summary>An account, with what the staff needs to know to help its owner.</summary>
/// <param name="Id">The user's id, which never changes.</param>
/// <param name="Email">As it was typed.</param>
/// <param name="SubscriptionTier"><c>free</c>, <c>pro</c>, <c>enterprise</c>, or another that the operator or another program chose.</param>
/// <param name="IsActive">Whether the account may be used.</param>
/// <param name="IsVerified">Whether the mailbox was proved.</param>
/// <param name="TwoFactorEnabled">Whether a login needs a second factor.</param>
/// <param name="CreatedAt">When the account was made.</param>
/// <param name="UpdatedAt">When the account last changed.</param>
/// <param name="Roles">What the user may do beyond their own account.</param>
/// <param name="LockedUntil">Until when logins have to wait after wrong passwords, at least from some addresses; null if they don't.</param>
/// <param name="TwoFactorLockedUntil">Until when the second step of a login has to wait after wrong codes; null if it doesn't.</param>
/// <param name="Passkeys">How many there are.</param>
/// <param name="ActiveSessions">How many can be used.</param>
/// <param name="ActiveApiKeys">How many can be used.</param>
/// <param name="LastLoginAt">When the user last logged in; null if that is over a year ago.</param>
/// <param name="LoginBlocked">Whether, after 100 wrong passwords in a row, only a reset by mail, an unlock or an address that the owner used lets in.</param>
/// <param name="TwoFactorBlocked">The same after 100 wrong codes in a row.</param>
internal sealed record AdminUserDetails(
    Guid Id,
    string Email,
    string SubscriptionTier,
    bool IsActive,
    bool IsVerified,
    bool TwoFactorEnabled,
    DateTimeOffset? CreatedAt,
    DateTimeOffset? UpdatedAt,
    IReadOnlyList<string> Roles,
    DateTimeOffset? LockedUntil,
    DateTimeOffset? TwoFactorLockedUntil,
    int Passkeys,
    int ActiveSessions,
    int ActiveApiKeys,
    DateTimeOffset? LastLoginAt,
    bool LoginBlocked,
    bool TwoFactorBlocked)
{
    public static AdminUserDetails Of(ManagedAccount account, AccountCondition condition) => new(
        account.Id,
        account.Email,
        account.SubscriptionTier,
        account.IsActive,
        account.IsVerified,
        account.TwoFactorEnabled,
        account.CreatedAt,
        account.UpdatedAt,
        account.Roles,
        condition.LockedUntil,
        condition.TwoFactorLockedUntil,
        condition.Passkeys,
        condition.ActiveSessions,
        condition.ActiveApiKeys,
        condition.LastLoginAt,
        condition.LoginBlocked,
        condition.TwoFactorBlocked);
}

/// <summary>An account to create for somebody.</summary>
internal sealed record CreateUserRequest : IRequestBody
{
    /// <summary>Up to 254 characters. Upper and lower case are kept as typed, but make no difference.</summary>
    [Required]
    [MaxLength(EmailAddress.MaxLength)]
    public string Email { get; init; } = "";

    /// <summary><c>free</c> (by default), <c>pro</c>, <c>enterprise</c> or one that the operator named.</summary>
    [Tier]
    public string? SubscriptionTier { get; init; }

    /// <summary>Whether the mailbox counts as proved; if not, the invitation proves it.</summary>
    public bool? IsVerified { get; init; }

    /// <summary>None by default.</summary>
    [RoleNames]
    public string[]? Roles { get; init; }
}

/// <summary>Changes to an account.</summary>
internal sealed record UpdateUserRequest : IRequestBody
{
    /// <summary>Another tier: <c>free</c>, <c>pro</c>, <c>enterprise</c> or one that the operator named.</summary>
    [Tier]
    public string? SubscriptionTier { get; init; }

    /// <summary>False ends all sessions and refuses logins and API keys, true lets them in again.</summary>
    public bool? IsActive { get; init; }

    /// <summary>Whether the mailbox counts as proved.</summary>
    public bool? IsVerified { get; init; }

    /// <summary>All the roles that the user has from now on; none for an empty list.</summary>
    [RoleNames]
    public string[]? Roles { get; init; }
}

/// <summary>No fields: the path says it all.</summary>
internal sealed record EmptyRequest : IRequestBody;

/// <summary>What a tier can be called; which there are is the operator's to say (<see cref="KnownTiers"/>).</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class TierAttribute() : ValidationAttribute($"must be the name of a tier, of at most {TierName.Longest} characters")
{
    public override bool IsValid(object? value) => value is null || (value is string tier && TierName.CanBe(tier));
}

/// <summary>The tiers that accounts can be given: free, pro, enterprise, and what <c>API_KEY_LIMITS</c> names besides.</summary>
internal sealed class KnownTiers(RateLimitOptions limits)
{
    /// <summary>Why an account can't be given this tier; null when it can, or when it has it already.</summary>
    public string? WhyRefused(string? tier, string? current = null) =>
        tier is null || tier == current || limits.Tiers.Contains(tier)
            ? null
            : $"must be one of {string.Join(", ", limits.Tiers)}; others can be named in API_KEY_LIMITS";
}

/// <summary>What names of roles can look like; which there are is the database's to say.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class RoleNamesAttribute() : ValidationAttribute("must be at most 16 names of roles")
{
    public const int Most = 16;

    private const int LongestName = 64;

    public override bool IsValid(object? value) =>
        value is null
            || (value is string?[] names && names.Length <= Most
                && names.All(name => name is { Length: > 0 and <= LongestName } && !name.Any(letter => char.IsControl(letter) || char.IsSurrogate(letter))));
}
