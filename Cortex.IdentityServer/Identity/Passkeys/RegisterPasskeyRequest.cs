using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Identity.Passkeys;

/// <summary>The passkey to register.</summary>
internal sealed record RegisterPasskeyRequest : IRequestBody, IExample<RegisterPasskeyRequest>
{
    /// <summary>The <c>passkey_token</c> from /passkeys/options.</summary>
    [Required]
    [MaxLength(512)]
    public string PasskeyToken { get; init; } = "";

    /// <summary>The credential from <c>navigator.credentials.create()</c>, serialized by its <c>toJSON()</c>.</summary>
    [Credential]
    public JsonElement Credential { get; init; }

    /// <summary>A name for the passkey; by default, it contains today's date.</summary>
    [PlainText]
    [MaxLength(PasskeyConfiguration.NameLength)]
    public string? Name { get; init; }

    public static RegisterPasskeyRequest Example => new()
    {
        PasskeyToken = PasskeyOptionsResponse.Example.PasskeyToken,
        Name = "Ada's phone",

        // A shortened result of PublicKeyCredential.toJSON().
        Credential = JsonElement.Parse("""
            {"id": "mzVrR0XQ", "rawId": "mzVrR0XQ", "type": "public-key", "clientExtensionResults": {}, "response": {"clientDataJSON": "eyJ0eXBlIjoi…"}}
            """),
    };
}
