using System.ComponentModel.DataAnnotations;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Passwords;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Identity.Account;

/// <summary>A new account.</summary>
internal sealed record RegisterRequest : IRequestBody, IExample<RegisterRequest>
{
    /// <summary>Up to 254 characters. Upper and lower case are kept as typed, but make no difference.</summary>
    [Required]
    [MaxLength(EmailAddress.MaxLength)]
    public string Email { get; init; } = "";

    /// <summary>8 to 256 characters of any kind; not a common one, and not the email.</summary>
    [Required(AllowEmptyStrings = true)]
    [Password]
    public string Password { get; init; } = "";

    public static RegisterRequest Example => new() { Email = ExampleValues.Email, Password = ExampleValues.Password };
}
