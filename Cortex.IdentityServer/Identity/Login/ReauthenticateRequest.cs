using System.ComponentModel.DataAnnotations;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Passwords;
using Cortex.IdentityServer.Identity.TwoFactor;

namespace Cortex.IdentityServer.Identity.Login;

/// <summary>The caller's password and, if the account has one, the second factor.</summary>
internal sealed record ReauthenticateRequest : IRequestBody, IExample<ReauthenticateRequest>
{
    /// <summary>The caller's password.</summary>
    [Required(AllowEmptyStrings = true)]
    [Password]
    public string Password { get; init; } = "";

    /// <summary>The six-digit code from the authenticator app, if two-factor authentication is enabled.</summary>
    [MaxLength(SecondFactorCode.MaxLength)]
    public string? TwoFactorCode { get; init; }

    /// <summary>A recovery code, instead of a code from the app.</summary>
    [MaxLength(SecondFactorCode.MaxLength)]
    public string? RecoveryCode { get; init; }

    public static ReauthenticateRequest Example => new() { Password = ExampleValues.Password, TwoFactorCode = "492039" };
}
