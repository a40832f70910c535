using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Passkeys;

namespace Cortex.IdentityServer.Identity.Login;

/// <summary>A login by a passkey alone.</summary>
internal sealed record PasskeyLoginRequest : IRequestBody, IExample<PasskeyLoginRequest>
{
    /// <summary>From /login/passkey/options.</summary>
    [Required]
    [MaxLength(512)]
    public string PasskeyToken { get; init; } = "";

    /// <summary>What <c>navigator.credentials.get()</c> gave, by its <c>toJSON()</c>.</summary>
    [Credential]
    public JsonElement Credential { get; init; }

    public static PasskeyLoginRequest Example => new()
    {
        PasskeyToken = PasskeyOptionsResponse.Example.PasskeyToken,
        Credential = RegisterPasskeyRequest.Example.Credential,
    };
}
