using System.Buffers.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cortex.IdentityServer.Identity.Passkeys;

/// <summary>
/// Normalizes the credential JSON that clients send: some send an empty string or null for absent values, or omit members that Identity's handler requires.
/// </summary>
internal static class CredentialJson
{
    private const string Extensions = "clientExtensionResults";

    /// <summary>The offset of the flags in the authenticator data (WebAuthn section 6.1), after the hash of the relying party's id.</summary>
    private const int FlagsOffset = 32;

    private const byte BackupEligible = 0x08;

    /// <summary>Returns the credential in the form that Identity's handler accepts. Signed members stay unchanged.</summary>
    public static string Normalize(JsonElement credential)
    {
        try
        {
            var normalized = JsonObject.Create(credential)!;
            normalized[Extensions] ??= new JsonObject();
            RemoveIfEmpty(normalized, "authenticatorAttachment");
            if (normalized["response"] is JsonObject response)
            {
                RemoveIfEmpty(response, "userHandle");
                RemoveIfEmpty(response, "transports");
            }

            return normalized.ToJsonString();
        }
        catch (Exception unreadable) when (unreadable is ArgumentException or InvalidOperationException)
        {
            // Leave duplicate members and unpaired surrogates to the handler, which rejects them.
            return credential.GetRawText();
        }
    }

    /// <summary>Whether the authenticator reports that the passkey can be backed up; null if the data can't be read.</summary>
    public static bool? IsBackupEligible(JsonElement credential)
    {
        if (!credential.TryGetProperty("response", out var response) || response.ValueKind != JsonValueKind.Object
            || !response.TryGetProperty("authenticatorData", out var data) || data.ValueKind != JsonValueKind.String
            || TextOf(data) is not { } text || !Base64Url.IsValid(text) || Base64Url.DecodeFromChars(text) is not { Length: > FlagsOffset } bytes)
        {
            return null;
        }

        return (bytes[FlagsOffset] & BackupEligible) != 0;
    }

    /// <summary>Returns null for a string with an unpaired surrogate.</summary>
    private static string? TextOf(JsonElement text)
    {
        try
        {
            return text.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static void RemoveIfEmpty(JsonObject members, string name)
    {
        if (members.TryGetPropertyValue(name, out var value)
            && (value is null || (value is JsonValue text && text.TryGetValue<string>(out var written) && written.Length == 0)))
        {
            members.Remove(name);
        }
    }
}
