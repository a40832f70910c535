using System.IO.Compression;
using System.Security.Cryptography;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>The bytes of a file in each content encoding that the server offers.</summary>
/// <remarks>Such a file contains neither secrets nor data from the request, so compressing it over TLS is safe from BREACH.</remarks>
/// <param name="Plain">The uncompressed file.</param>
/// <param name="Gzip">The file compressed with gzip, if it is offered.</param>
/// <param name="Brotli">The file compressed with Brotli, if it is offered.</param>
/// <param name="Hash">A hash of the uncompressed file, for its entity tag.</param>
internal sealed record CompressedFile(byte[] Plain, byte[]? Gzip, byte[]? Brotli, string Hash)
{
    /// <summary>Half of a SHA-256 hash, in bytes, is more than enough to tell two versions apart.</summary>
    private const int HashLength = 16;

    /// <summary>Compresses a file.</summary>
    public static CompressedFile Of(byte[] content) => Of(
        content,
        Compress(content, target => new GZipStream(target, CompressionLevel.Optimal)),
        Compress(content, target => new BrotliStream(target, CompressionLevel.Optimal)));

    /// <summary>Takes a file that was compressed before, or that isn't worth compressing.</summary>
    public static CompressedFile Of(byte[] content, byte[]? gzip, byte[]? brotli) =>
        new(content, gzip, brotli, Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, HashLength)));

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
