using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cortex.IdentityServer.Identity.Passkeys;

/// <summary>The options for the browser's authenticators.</summary>
/// <param name="PasskeyToken">Must be sent back with the answer; valid for one answer within five minutes.</param>
/// <param name="Options">For <c>PublicKeyCredential.parseCreationOptionsFromJSON()</c>, or <c>parseRequestOptionsFromJSON()</c> at a login.</param>
internal sealed record PasskeyOptionsResponse(string PasskeyToken, JsonElement Options)
{
    /// <summary>Whether they name no passkey that may answer.</summary>
    [JsonIgnore]
    public bool AllowsNone => Options.TryGetProperty("allowCredentials", out var allowed) && allowed.GetArrayLength() == 0;
}
