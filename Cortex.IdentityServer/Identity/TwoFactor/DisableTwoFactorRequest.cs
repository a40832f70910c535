using System.ComponentModel.DataAnnotations;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Passwords;

namespace Cortex.IdentityServer.Identity.TwoFactor;

/// <summary>The password and one of the two codes, which turning off two-factor authentication requires.</summary>
internal sealed record DisableTwoFactorRequest : IRequestBody, IExample<DisableTwoFactorRequest>
{
    /// <summary>The caller's password.</summary>
    [Required(AllowEmptyStrings = true)]
    [Password]
    public string Password { get; init; } = "";

    /// <summary>Six digits from the authenticator app.</summary>
    [MaxLength(SecondFactorCode.MaxLength)]
    public string? Code { get; init; }

    /// <summary>A recovery code, in place of the app's code.</summary>
    [MaxLength(SecondFactorCode.MaxLength)]
    public string? RecoveryCode { get; init; }

    public static DisableTwoFactorRequest Example => new() { Password = ExampleValues.Password, Code = "492039" };
}
