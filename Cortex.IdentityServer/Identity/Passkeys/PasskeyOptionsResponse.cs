using System.Text.Json;
using System.Text.Json.Serialization;
using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Identity.Passkeys;

/// <summary>The WebAuthn options for the browser.</summary>
/// <param name="PasskeyToken">A token to send back with the authenticator's response. It is valid once, for five minutes.</param>
/// <param name="Options">The options for <c>PublicKeyCredential.parseCreationOptionsFromJSON()</c>, or <c>parseRequestOptionsFromJSON()</c> at login.</param>
internal sealed record PasskeyOptionsResponse(string PasskeyToken, JsonElement Options) : IExample<PasskeyOptionsResponse>
{
    public static PasskeyOptionsResponse Example => new("cpk_AZrW0tq7c0OQv2b7pM1xTA7T7B3m1m9y0l3w", JsonElement.Parse("""
        {"rpId": "auth.example.com", "challenge": "uBmLO6zZ4MOyv6L0w6i4i8x4mG2p1p2gYw9rJp0b0hE", "timeout": 300000,
        "allowCredentials": [], "userVerification": "preferred"}
        """));

    /// <summary>Whether the options name no passkey that may respond.</summary>
    [JsonIgnore]
    public bool AllowsNone => Options.TryGetProperty("allowCredentials", out var allowed) && allowed.GetArrayLength() == 0;
}
