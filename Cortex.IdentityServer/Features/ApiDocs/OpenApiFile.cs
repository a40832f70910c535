using System.IO.Compression;
using System.Security.Cryptography;

namespace Cortex.IdentityServer.Features.ApiDocs;

/// <summary>The bytes of the OpenAPI document in each content encoding that the server offers.</summary>
/// <remarks>The document contains neither secrets nor data from the request, so compressing it over TLS is safe from BREACH.</remarks>
/// <param name="Plain">The uncompressed document.</param>
/// <param name="Gzip">The document compressed with gzip.</param>
/// <param name="Brotli">The document compressed with Brotli.</param>
/// <param name="Hash">A hash of the uncompressed document, for its entity tag.</param>
internal sealed record OpenApiFile(byte[] Plain, byte[] Gzip, byte[] Brotli, string Hash)
{
    /// <summary>Half of a SHA-256 hash, in bytes, is more than enough to tell two versions apart.</summary>
    private const int HashLength = 16;

    public static OpenApiFile Of(byte[] json) => new(
        json,
        Compress(json, target => new GZipStream(target, CompressionLevel.Optimal)),
        Compress(json, target => new BrotliStream(target, CompressionLevel.Optimal)),
        Convert.ToHexStringLower(SHA256.HashData(json).AsSpan(0, HashLength)));

    private static byte[] Compress(byte[] content, Func<Stream, Stream> compress)
    {
        using var target = new MemoryStream();
        using (var stream = compress(target))
        {
            stream.Write(content);
        }

        return target.ToArray();
    }
}
