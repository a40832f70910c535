namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Newline-delimited JSON: one value per line, for data that is too long for a single document.</summary>
internal static class Ndjson
{
    public const string MediaType = "application/x-ndjson";

    /// <summary>The media types that clients use for it.</summary>
    public static IReadOnlyList<string> Names { get; } = [MediaType, "application/jsonl"];

    /// <summary>The line feed that ends each value.</summary>
    public static ReadOnlyMemory<byte> NewLine { get; } = "\n"u8.ToArray();
}
