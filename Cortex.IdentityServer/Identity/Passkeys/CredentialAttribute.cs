using System.ComponentModel.DataAnnotations;
using System.Text.Json;

namespace Cortex.IdentityServer.Identity.Passkeys;

/// <summary>An object; what is in it is WebAuthn's business.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class CredentialAttribute() : ValidationAttribute("must be the JSON object that the browser returned for the credential")
{
    public override bool IsValid(object? value) => value is JsonElement { ValueKind: JsonValueKind.Object };
}
