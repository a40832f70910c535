using System.ComponentModel.DataAnnotations;
using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Identity.TwoFactor;

/// <summary>A code from the authenticator app.</summary>
internal sealed record TwoFactorCodeRequest : IRequestBody, IExample<TwoFactorCodeRequest>
{
    /// <summary>The six-digit code from the authenticator app.</summary>
    [Required]
    [MaxLength(SecondFactorCode.MaxLength)]
    public string Code { get; init; } = "";

    public static TwoFactorCodeRequest Example => new() { Code = "492039" };
}
