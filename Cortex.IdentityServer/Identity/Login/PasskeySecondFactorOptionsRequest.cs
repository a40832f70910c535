using System.ComponentModel.DataAnnotations;
using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Identity.Login;

/// <summary>A login that is to be finished with a passkey.</summary>
internal sealed record PasskeySecondFactorOptionsRequest : IRequestBody, IExample<PasskeySecondFactorOptionsRequest>
{
    /// <summary>From the problem <c>two_factor_required</c>.</summary>
    [Required]
    [MaxLength(512)]
    public string TwoFactorToken { get; init; } = "";

    public static PasskeySecondFactorOptionsRequest Example => new() { TwoFactorToken = ExampleValues.TwoFactorToken };
}
