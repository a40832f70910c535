using System.Buffers.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cortex.IdentityServer.Identity.Passkeys;

/// <summary>
/// Reads a credential as clients send it: some send an empty text or null where nothing is meant, or leave out what Identity's handler insists on.
/// </summary>
internal static class CredentialJson
{
    private const string Extensions = "clientExtensionResults";

    /// <summary>Of the authenticator's data (WebAuthn 6.1), after the hash of the relying party's id.</summary>
    private const int FlagsAt = 32;

    private const byte BackupEligible = 0x08;

    /// <summary>For Identity's handler. Nothing that is signed is touched.</summary>
    public static string Tidy(JsonElement credential)
    {
        try
        {
            var tidy = JsonObject.Create(credential)!;
            tidy[Extensions] ??= new JsonObject();
            RemoveIfEmpty(tidy, "authenticatorAttachment");
            if (tidy["response"] is JsonObject response)
            {
                RemoveIfEmpty(response, "userHandle");
                RemoveIfEmpty(response, "transports");
            }

            return tidy.ToJsonString();
        }
        catch (Exception unreadable) when (unreadable is ArgumentException or InvalidOperationException)
        {
            // A member that comes twice, or a text with half a surrogate pair, is the handler's to refuse.
            return credential.GetRawText();
        }
    }

    /// <summary>Whether the authenticator says that the passkey can be backed up; null where nothing readable is said.</summary>
    public static bool? IsBackupEligible(JsonElement credential)
    {
        if (!credential.TryGetProperty("response", out var response) || response.ValueKind != JsonValueKind.Object
            || !response.TryGetProperty("authenticatorData", out var data) || data.ValueKind != JsonValueKind.String
            || TextOf(data) is not { } text || !Base64Url.IsValid(text) || Base64Url.DecodeFromChars(text) is not { Length: > FlagsAt } bytes)
        {
            return null;
        }

        return (bytes[FlagsAt] & BackupEligible) != 0;
    }

    /// <summary>Null for a text with half a surrogate pair.</summary>
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
