using System.ComponentModel.DataAnnotations;
using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Identity.Login;

/// <summary>A login to complete with a passkey.</summary>
internal sealed record PasskeySecondFactorOptionsRequest : IRequestBody, IExample<PasskeySecondFactorOptionsRequest>
{
    /// <summary>The <c>two_factor_token</c> from the problem <c>two_factor_required</c>.</summary>
    [Required]
    [MaxLength(512)]
    public string TwoFactorToken { get; init; } = "";

    public static PasskeySecondFactorOptionsRequest Example => new() { TwoFactorToken = ExampleValues.TwoFactorToken };
}
