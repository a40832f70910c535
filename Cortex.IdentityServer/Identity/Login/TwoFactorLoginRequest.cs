using System.ComponentModel.DataAnnotations;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.TwoFactor;

namespace Cortex.IdentityServer.Identity.Login;

/// <summary>The second factor of a login whose first step is complete.</summary>
internal sealed record TwoFactorLoginRequest : IRequestBody, IExample<TwoFactorLoginRequest>
{
    /// <summary>The <c>two_factor_token</c> from the problem <c>two_factor_required</c>. It is valid for five minutes and one login.</summary>
    [Required]
    [MaxLength(512)]
    public string TwoFactorToken { get; init; } = "";

    /// <summary>The six-digit code from the authenticator app.</summary>
    [MaxLength(SecondFactorCode.MaxLength)]
    public string? Code { get; init; }

    /// <summary>A recovery code, instead of a code from the app.</summary>
    [MaxLength(SecondFactorCode.MaxLength)]
    public string? RecoveryCode { get; init; }

    public static TwoFactorLoginRequest Example => new() { TwoFactorToken = ExampleValues.TwoFactorToken, Code = "492039" };
}
