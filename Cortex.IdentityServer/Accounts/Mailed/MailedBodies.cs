using System.ComponentModel.DataAnnotations;
using Cortex.IdentityServer.Http;

namespace Cortex.IdentityServer.Accounts.Mailed;

/// <summary>Whose mail it is.</summary>
internal sealed record MailRequest : IRequestBody
{
    /// <summary>In any case.</summary>
    [Required]
    [MaxLength(EmailAddress.MaxLength)]
    public string Email { get; init; } = "";
}

/// <summary>A token that was mailed.</summary>
internal sealed record MailedTokenRequest : IRequestBody
{
    /// <summary>From the link in the mail: its <c>token</c> parameter.</summary>
    [Required]
    [MaxLength(512)]
    public string Token { get; init; } = "";
}

/// <summary>A new password, set with a mailed token.</summary>
internal sealed record ResetPasswordRequest : IRequestBody
{
    /// <summary>From the link in the mail: its <c>token</c> parameter. Good for one hour (three days in an invitation), once.</summary>
    [Required]
    [MaxLength(512)]
    public string Token { get; init; } = "";

    /// <summary>8 to 256 characters of any kind; not a common one, and not the email.</summary>
    [Required(AllowEmptyStrings = true)]
    [Password]
    public string NewPassword { get; init; } = "";
}

/// <summary>A new email for the caller.</summary>
internal sealed record ChangeEmailRequest : IRequestBody
{
    /// <summary>Up to 254 characters.</summary>
    [Required]
    [MaxLength(EmailAddress.MaxLength)]
    public string NewEmail { get; init; } = "";

    /// <summary>The caller's password.</summary>
    [Required(AllowEmptyStrings = true)]
    [Password]
    public string Password { get; init; } = "";
}

/// <summary>The answer to a request for a mail, whether there is an account or not.</summary>
/// <param name="Message">What to do next.</param>
internal sealed record MailAccepted(string Message);
