using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Passkeys;

namespace Cortex.IdentityServer.Identity.Login;

/// <summary>One of the caller's passkeys.</summary>
internal sealed record PasskeyReauthenticationRequest : IRequestBody, IExample<PasskeyReauthenticationRequest>
{
    /// <summary>The <c>passkey_token</c> from /reauthenticate/passkey/options.</summary>
    [Required]
    [MaxLength(512)]
    public string PasskeyToken { get; init; } = "";

    /// <summary>The credential from <c>navigator.credentials.get()</c>, serialized by its <c>toJSON()</c>.</summary>
    [Credential]
    public JsonElement Credential { get; init; }

    public static PasskeyReauthenticationRequest Example => new()
    {
        PasskeyToken = PasskeyOptionsResponse.Example.PasskeyToken,
        Credential = RegisterPasskeyRequest.Example.Credential,
    };
}
