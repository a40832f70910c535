using System.ComponentModel.DataAnnotations;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Passwords;
using Cortex.IdentityServer.Identity.TwoFactor;

namespace Cortex.IdentityServer.Identity.Login;

/// <summary>The caller's password once more and, where they have one, their second factor.</summary>
internal sealed record ReauthenticateRequest : IRequestBody, IExample<ReauthenticateRequest>
{
    /// <summary>The caller's password.</summary>
    [Required(AllowEmptyStrings = true)]
    [Password]
    public string Password { get; init; } = "";

    /// <summary>Six digits from the authenticator app, if two-factor authentication is on.</summary>
    [MaxLength(SecondFactorCode.MaxLength)]
    public string? TwoFactorCode { get; init; }

    /// <summary>A recovery code in place of the app's code.</summary>
    [MaxLength(SecondFactorCode.MaxLength)]
    public string? RecoveryCode { get; init; }

    public static ReauthenticateRequest Example => new() { Password = ExampleValues.Password, TwoFactorCode = "492039" };
}
