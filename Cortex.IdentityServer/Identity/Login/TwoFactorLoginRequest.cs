using System.ComponentModel.DataAnnotations;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.TwoFactor;

namespace Cortex.IdentityServer.Identity.Login;

/// <summary>The second factor of a login that has proved the password.</summary>
internal sealed record TwoFactorLoginRequest : IRequestBody, IExample<TwoFactorLoginRequest>
{
    /// <summary>From the problem <c>two_factor_required</c>; good for five minutes and one login.</summary>
    [Required]
    [MaxLength(512)]
    public string TwoFactorToken { get; init; } = "";

    /// <summary>Six digits from the authenticator app.</summary>
    [MaxLength(SecondFactorCode.MaxLength)]
    public string? Code { get; init; }

    /// <summary>A recovery code in place of the app's code.</summary>
    [MaxLength(SecondFactorCode.MaxLength)]
    public string? RecoveryCode { get; init; }

    public static TwoFactorLoginRequest Example => new() { TwoFactorToken = ExampleValues.TwoFactorToken, Code = "492039" };
}
