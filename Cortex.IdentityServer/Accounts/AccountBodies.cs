using System.ComponentModel.DataAnnotations;
using Cortex.IdentityServer.Http;

namespace Cortex.IdentityServer.Accounts;

/// <summary>A user as clients see them: these eight fields and no more.</summary>
/// <param name="Id">The user's id, which never changes.</param>
/// <param name="Email">As it was typed at registration.</param>
/// <param name="SubscriptionTier"><c>free</c>, <c>pro</c> or <c>enterprise</c>.</param>
/// <param name="IsActive">Whether the account may be used.</param>
/// <param name="IsVerified">Whether the mailbox was proved.</param>
/// <param name="TwoFactorEnabled">Whether a login needs a second factor.</param>
/// <param name="CreatedAt">When the account was made.</param>
/// <param name="UpdatedAt">When the account last changed.</param>
internal sealed record UserResponse(
    Guid Id,
    string Email,
    string SubscriptionTier,
    bool IsActive,
    bool IsVerified,
    bool TwoFactorEnabled,
    DateTimeOffset? CreatedAt,
    DateTimeOffset? UpdatedAt)
{
    public static UserResponse Of(User user) => new(
        user.Id,
        user.Email!,
        user.SubscriptionTier ?? User.FreeTier,
        user.IsActive ?? true,
        user.IsVerified ?? false,
        user.HasTwoFactor ?? false,
        user.CreatedAt,
        user.UpdatedAt);
}

/// <summary>The answer to every registration while mailboxes have to be proved first.</summary>
/// <param name="Message">What to do next.</param>
internal sealed record RegistrationAccepted(string Message);

/// <summary>A new account.</summary>
internal sealed record RegisterRequest : IRequestBody
{
    /// <summary>Up to 254 characters. Upper and lower case are kept as typed, but make no difference.</summary>
    [Required]
    [MaxLength(EmailAddress.MaxLength)]
    public string Email { get; init; } = "";

    /// <summary>8 to 256 characters of any kind; not a common one, and not the email.</summary>
    [Required(AllowEmptyStrings = true)]
    [Password]
    public string Password { get; init; } = "";
}

/// <summary>A new password for the caller.</summary>
internal sealed record ChangePasswordRequest : IRequestBody
{
    /// <summary>The password as it is.</summary>
    [Required(AllowEmptyStrings = true)]
    [Password]
    public string CurrentPassword { get; init; } = "";

    /// <summary>8 to 256 characters of any kind; not a common one, not the email, not the current one.</summary>
    [Required(AllowEmptyStrings = true)]
    [Password]
    public string NewPassword { get; init; } = "";
}

/// <summary>A password as it comes in: at most 256 characters, so that nobody makes the server hash a book. It may be all spaces.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class PasswordAttribute() : ValidationAttribute("must be 1 to 256 characters long")
{
    public const int Longest = 256;

    public override bool IsValid(object? value) => value is not string { Length: var length } password
        || (length > 0 && (length <= Longest || (length <= 2 * Longest && password.EnumerateRunes().Count() <= Longest)));
}
