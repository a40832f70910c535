using System.Text.Json;

namespace Cortex.IdentityServer.Tests.Billing;

/// <summary>What a method of Polar's SDK returned or threw.</summary>
internal sealed class PolarSdkResult(JsonElement result)
{
    /// <summary>What the method returned. It fails if the method threw.</summary>
    public JsonElement Answer => result.TryGetProperty("answer", out var answer) ? answer : throw new InvalidOperationException($"The SDK failed: {result}");

    /// <summary>The name of the error that the method threw; null if it threw none.</summary>
    public string? Error => result.TryGetProperty("error", out var error) ? error.GetString() : null;

    public int? Status => result.GetProperty("status") is { ValueKind: JsonValueKind.Number } status ? status.GetInt32() : null;

    public int? RetryAfter => result.GetProperty("retryAfter") is { ValueKind: JsonValueKind.Number } seconds ? seconds.GetInt32() : null;

    /// <summary>The body of the error.</summary>
    public JsonElement Body => result.GetProperty("body");
}
