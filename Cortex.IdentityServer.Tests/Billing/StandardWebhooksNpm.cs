using System.Text.Json;

namespace Cortex.IdentityServer.Tests.Billing;

/// <summary>Signatures of webhooks by Standard Webhooks' own library for JavaScript, as a second opinion.</summary>
internal static class StandardWebhooksNpm
{
    /// <summary>The value of <c>webhook-signature</c>. The library knows only secrets in base64, with or without <c>whsec_</c>.</summary>
    public static async Task<string> SignAsync(string secret, string id, long timestamp, byte[] body) =>
        (await RunAsync(secret, id, timestamp, body, null)).GetProperty("signature").GetString()!;

    /// <summary>Whether the library accepts a signature.</summary>
    public static async Task<bool> VerifyAsync(string secret, string id, long timestamp, byte[] body, string signature) =>
        (await RunAsync(secret, id, timestamp, body, signature)).GetProperty("verified").GetBoolean();

    private static async Task<JsonElement> RunAsync(string secret, string id, long timestamp, byte[] body, string? signature) =>
        (await Node.RunAsync("sign.mjs", new[] { new { secret, id, timestamp, body = Convert.ToBase64String(body), signature } }))[0];
}
