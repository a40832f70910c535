using System.Text.Json;
using Cortex.Polar;

namespace Cortex.IdentityServer.Tests.Billing;

/// <summary>Polar's official SDK for JavaScript, against a stub of Polar.</summary>
internal static class PolarSdk
{
    /// <summary>Calls methods of the SDK, such as <c>checkouts.create</c>, one after the other.</summary>
    public static async Task<List<PolarSdkResult>> CallAsync(PolarStub polar, params (string Method, object?[] Arguments)[] calls) =>
        await CallAsync(polar, polar.Options.AccessToken, calls);

    /// <inheritdoc cref="CallAsync(PolarStub, ValueTuple{string, object[]}[])"/>
    public static async Task<List<PolarSdkResult>> CallAsync(
        PolarStub polar, string accessToken, params (string Method, object?[] Arguments)[] calls)
    {
        var results = await Node.RunAsync("call.mjs", new
        {
            baseUrl = polar.Url.GetLeftPart(UriPartial.Authority),
            accessToken,
            calls = calls.Select(call => new { method = call.Method, arguments = call.Arguments }),
        });
        return [.. results.EnumerateArray().Select(result => new PolarSdkResult(result))];
    }

    /// <summary>Calls one method and returns its answer. It fails if the SDK does.</summary>
    public static async Task<JsonElement> CallAsync(PolarStub polar, string method, params object?[] arguments) =>
        (await CallAsync(polar, (method, arguments)))[0].Answer;

    /// <summary>Validates webhooks and returns the type of each that is accepted, and the SDK's error for each that isn't.</summary>
    /// <param name="webhooks">Bodies with their headers and the secret that the receiver knows.</param>
    /// <param name="now">The receiver's time; null for the current one.</param>
    public static async Task<List<string>> ValidateAsync(
        IEnumerable<(byte[] Body, IReadOnlyDictionary<string, string> Headers, string Secret)> webhooks, DateTimeOffset? now = null)
    {
        var results = await Node.RunAsync(
            "validate.mjs",
            webhooks.Select(webhook => new
            {
                body = Convert.ToBase64String(webhook.Body),
                headers = webhook.Headers,
                secret = webhook.Secret,
                now = now?.ToUnixTimeSeconds(),
            }));
        return [.. results.EnumerateArray().Select(result =>
            result.TryGetProperty("type", out var type) ? type.GetString()! : result.GetProperty("message").GetString()!)];
    }
}
