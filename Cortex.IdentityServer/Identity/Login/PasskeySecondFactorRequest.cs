using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Passkeys;

namespace Cortex.IdentityServer.Identity.Login;

/// <summary>A passkey as the second factor of a login.</summary>
internal sealed record PasskeySecondFactorRequest : IRequestBody, IExample<PasskeySecondFactorRequest>
{
    /// <summary>From the problem <c>two_factor_required</c>; good for five minutes and one login.</summary>
    [Required]
    [MaxLength(512)]
    public string TwoFactorToken { get; init; } = "";

    /// <summary>From /login/2fa/passkey/options.</summary>
    [Required]
    [MaxLength(512)]
    public string PasskeyToken { get; init; } = "";

    /// <summary>What <c>navigator.credentials.get()</c> gave, by its <c>toJSON()</c>.</summary>
    [Credential]
    public JsonElement Credential { get; init; }

    public static PasskeySecondFactorRequest Example => new()
    {
        TwoFactorToken = ExampleValues.TwoFactorToken,
        PasskeyToken = PasskeyOptionsResponse.Example.PasskeyToken,
        Credential = RegisterPasskeyRequest.Example.Credential,
    };
}
