using System.ComponentModel.DataAnnotations;
using System.Text.Json;

namespace Cortex.IdentityServer.Identity.Passkeys;

/// <summary>Requires a JSON object; the WebAuthn handler validates its contents.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class CredentialAttribute() : ValidationAttribute("must be the JSON object that the browser returned for the credential")
{
    public override bool IsValid(object? value) => value is JsonElement { ValueKind: JsonValueKind.Object };
}
