using System.ComponentModel.DataAnnotations;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Passwords;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Identity.Account.Mailed;

/// <summary>A change of the caller's email.</summary>
internal sealed record ChangeEmailRequest : IRequestBody, IExample<ChangeEmailRequest>
{
    /// <summary>The new email, up to 254 characters.</summary>
    [Required]
    [MaxLength(EmailAddress.MaxLength)]
    public string NewEmail { get; init; } = "";

    /// <summary>The caller's password.</summary>
    [Required(AllowEmptyStrings = true)]
    [Password]
    public string Password { get; init; } = "";

    public static ChangeEmailRequest Example => new() { NewEmail = "ada.lovelace@example.com", Password = ExampleValues.Password };
}
