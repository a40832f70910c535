namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>JSON with a value a line, for what is too long to be one.</summary>
internal static class Ndjson
{
    public const string MediaType = "application/x-ndjson";

    /// <summary>What clients call it.</summary>
    public static IReadOnlyList<string> Names { get; } = [MediaType, "application/jsonl"];

    /// <summary>What ends a value.</summary>
    public static ReadOnlyMemory<byte> NewLine { get; } = "\n"u8.ToArray();
}
