using System.ComponentModel.DataAnnotations;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Passwords;
using Cortex.IdentityServer.Identity.TwoFactor;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Identity.Login;

/// <summary>The credentials for a login: email and password, and optionally the second factor.</summary>
internal sealed record LoginRequest : IRequestBody, IExample<LoginRequest>
{
    /// <summary>The account's email; letter case is ignored.</summary>
    [Required]
    [MaxLength(EmailAddress.MaxLength)]
    public string Email { get; init; } = "";

    /// <summary>The account's password.</summary>
    [Required(AllowEmptyStrings = true)]
    [Password]
    public string Password { get; init; } = "";

    /// <summary>The six-digit code from the authenticator app. If it is omitted, it can be sent in a second step.</summary>
    [MaxLength(SecondFactorCode.MaxLength)]
    public string? TwoFactorCode { get; init; }

    /// <summary>A recovery code, instead of a code from the app.</summary>
    [MaxLength(SecondFactorCode.MaxLength)]
    public string? RecoveryCode { get; init; }

    public static LoginRequest Example => new() { Email = ExampleValues.Email, Password = ExampleValues.Password };
}
