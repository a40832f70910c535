using System.ComponentModel.DataAnnotations;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Passwords;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Identity.Account;

/// <summary>The registration of an account.</summary>
internal sealed record RegisterRequest : IRequestBody, IExample<RegisterRequest>
{
    /// <summary>The email, up to 254 characters. Letter case is preserved but not significant.</summary>
    [Required]
    [MaxLength(EmailAddress.MaxLength)]
    public string Email { get; init; } = "";

    /// <summary>The password: 8 to 256 characters of any kind. It must not be a common password or the email.</summary>
    [Required(AllowEmptyStrings = true)]
    [Password]
    public string Password { get; init; } = "";

    public static RegisterRequest Example => new() { Email = ExampleValues.Email, Password = ExampleValues.Password };
}
