using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Identity.Passkeys;

/// <summary>A passkey to be registered.</summary>
internal sealed record RegisterPasskeyRequest : IRequestBody, IExample<RegisterPasskeyRequest>
{
    /// <summary>From /passkeys/options.</summary>
    [Required]
    [MaxLength(512)]
    public string PasskeyToken { get; init; } = "";

    /// <summary>What <c>navigator.credentials.create()</c> gave, by its <c>toJSON()</c>.</summary>
    [Credential]
    public JsonElement Credential { get; init; }

    /// <summary>A name for the passkey; today's date by default.</summary>
    [PlainText]
    [MaxLength(PasskeyConfiguration.NameLength)]
    public string? Name { get; init; }

    public static RegisterPasskeyRequest Example => new()
    {
        PasskeyToken = PasskeyOptionsResponse.Example.PasskeyToken,
        Name = "Ada's phone",

        // What PublicKeyCredential.toJSON() returns, cut short.
        Credential = JsonElement.Parse("""
            {"id": "mzVrR0XQ", "rawId": "mzVrR0XQ", "type": "public-key", "clientExtensionResults": {}, "response": {"clientDataJSON": "eyJ0eXBlIjoi…"}}
            """),
    };
}
