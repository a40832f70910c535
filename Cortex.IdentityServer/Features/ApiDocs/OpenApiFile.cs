using System.IO.Compression;
using System.Security.Cryptography;

namespace Cortex.IdentityServer.Features.ApiDocs;

/// <summary>The bytes of the OpenAPI document, once for each encoding that it is sent in.</summary>
/// <remarks>Nothing secret is in it and nothing of a request, so compressing it gives nothing away (BREACH).</remarks>
/// <param name="Plain">Without an encoding.</param>
/// <param name="Gzip">For everybody.</param>
/// <param name="Brotli">For browsers.</param>
/// <param name="Hash">Names the content.</param>
internal sealed record OpenApiFile(byte[] Plain, byte[] Gzip, byte[] Brotli, string Hash)
{
    /// <summary>Half the hash is more than enough to tell two versions apart.</summary>
    private const int HashLength = 16;

    public static OpenApiFile Of(byte[] json) => new(
        json,
        Compressed(json, target => new GZipStream(target, CompressionLevel.Optimal)),
        Compressed(json, target => new BrotliStream(target, CompressionLevel.Optimal)),
        Convert.ToHexStringLower(SHA256.HashData(json).AsSpan(0, HashLength)));

    private static byte[] Compressed(byte[] content, Func<Stream, Stream> compress)
    {
        using var target = new MemoryStream();
        using (var stream = compress(target))
        {
            stream.Write(content);
        }

        return target.ToArray();
    }
}
