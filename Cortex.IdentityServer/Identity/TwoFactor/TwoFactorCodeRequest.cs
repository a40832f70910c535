using System.ComponentModel.DataAnnotations;
using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Identity.TwoFactor;

/// <summary>A code from the authenticator app.</summary>
internal sealed record TwoFactorCodeRequest : IRequestBody
{
    /// <summary>Six digits.</summary>
    [Required]
    [MaxLength(SecondFactorCode.MaxLength)]
    public string Code { get; init; } = "";
}
