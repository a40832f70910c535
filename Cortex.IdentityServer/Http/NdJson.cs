namespace Cortex.IdentityServer.Http;

/// <summary>JSON values, one on each line.</summary>
internal static class NdJson
{
    public const string MediaType = "application/x-ndjson";

    public static readonly byte[] NewLine = "\n"u8.ToArray();
}
