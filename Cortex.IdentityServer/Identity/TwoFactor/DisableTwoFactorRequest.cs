using System.ComponentModel.DataAnnotations;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Passwords;

namespace Cortex.IdentityServer.Identity.TwoFactor;

/// <summary>The password and one of the two codes, which are required to turn off two-factor authentication.</summary>
internal sealed record DisableTwoFactorRequest : IRequestBody, IExample<DisableTwoFactorRequest>
{
    /// <summary>The caller's password.</summary>
    [Required(AllowEmptyStrings = true)]
    [Password]
    public string Password { get; init; } = "";

    /// <summary>The six-digit code from the authenticator app.</summary>
    [MaxLength(SecondFactorCode.MaxLength)]
    public string? Code { get; init; }

    /// <summary>A recovery code, instead of a code from the app.</summary>
    [MaxLength(SecondFactorCode.MaxLength)]
    public string? RecoveryCode { get; init; }

    public static DisableTwoFactorRequest Example => new() { Password = ExampleValues.Password, Code = "492039" };
}
