using System.Text.Json;

namespace Cortex.IdentityServer.Identity.Passkeys;

/// <summary>An authenticator's response to a challenge.</summary>
internal sealed record PasskeyAssertion(string Token, JsonElement Credential);
