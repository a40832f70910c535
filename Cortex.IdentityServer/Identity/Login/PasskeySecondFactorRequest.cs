using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Passkeys;

namespace Cortex.IdentityServer.Identity.Login;

/// <summary>A passkey as the second factor of a login.</summary>
internal sealed record PasskeySecondFactorRequest : IRequestBody, IExample<PasskeySecondFactorRequest>
{
    /// <summary>The <c>two_factor_token</c> from the problem <c>two_factor_required</c>. It is valid for five minutes and one login.</summary>
    [Required]
    [MaxLength(512)]
    public string TwoFactorToken { get; init; } = "";

    /// <summary>The <c>passkey_token</c> from /login/2fa/passkey/options.</summary>
    [Required]
    [MaxLength(512)]
    public string PasskeyToken { get; init; } = "";

    /// <summary>The credential from <c>navigator.credentials.get()</c>, serialized by its <c>toJSON()</c>.</summary>
    [Credential]
    public JsonElement Credential { get; init; }

    public static PasskeySecondFactorRequest Example => new()
    {
        TwoFactorToken = ExampleValues.TwoFactorToken,
        PasskeyToken = PasskeyOptionsResponse.Example.PasskeyToken,
        Credential = RegisterPasskeyRequest.Example.Credential,
    };
}
