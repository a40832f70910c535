using System.IO.Compression;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>The bytes of a file in each content encoding that the server offers.</summary>
/// <remarks>Such a file contains neither secrets nor data from the request, so compressing it over TLS is safe from BREACH.</remarks>
internal sealed class CompressedFile
{
    private readonly byte[]? _plain;

    private CompressedFile(byte[]? plain, byte[]? gzip, byte[]? brotli)
    {
        _plain = plain;
        Gzip = gzip;
        Brotli = brotli;
        Hash = ContentHash.Of(plain ?? gzip!);
    }

    /// <summary>The file compressed with gzip, if it is offered.</summary>
    public byte[]? Gzip { get; }

    /// <summary>The file compressed with Brotli, if it is offered.</summary>
    public byte[]? Brotli { get; }

    /// <summary>A hash of the content, for its entity tag.</summary>
    public string Hash { get; }

    /// <summary>Compresses a file.</summary>
    public static CompressedFile Of(byte[] content) => new(
        content,
        Compress(content, target => new GZipStream(target, CompressionLevel.Optimal)),
        Compress(content, target => new BrotliStream(target, CompressionLevel.Optimal)));

    /// <summary>Takes a file that isn't worth compressing.</summary>
    public static CompressedFile OfUncompressed(byte[] content) => new(content, gzip: null, brotli: null);

    /// <summary>
    /// Takes a file that was compressed before. The few clients that accept neither encoding get it decompressed, which saves the memory of the largest of the
    /// three.
    /// </summary>
    public static CompressedFile OfCompressed(byte[] gzip, byte[]? brotli) => new(plain: null, gzip, brotli);

    /// <summary>Returns the file without an encoding.</summary>
    public byte[] ToPlain()
    {
        if (_plain is not null)
        {
            return _plain;
        }

        using var target = new MemoryStream();
        using var stream = new GZipStream(new MemoryStream(Gzip!), CompressionMode.Decompress);
        stream.CopyTo(target);
        return target.ToArray();
    }

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
