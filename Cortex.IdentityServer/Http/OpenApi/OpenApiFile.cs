using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Cortex.IdentityServer.Http.OpenApi;

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

/// <summary>
/// Makes the OpenAPI document at the first request for it, once, however many come at the same time. It doesn't change while the server runs.
/// </summary>
internal sealed class OpenApiFiles([FromKeyedServices(ApiDocs.DocumentName)] IOpenApiDocumentProvider documents)
{
    private Lazy<Task<OpenApiFile>> _file = new(() => MakeAsync(documents));

    public async Task<OpenApiFile> GetAsync()
    {
        var file = _file;
        try
        {
            return await file.Value;
        }
        catch
        {
            // A failure isn't kept: the next request tries again.
            Interlocked.CompareExchange(ref _file, new(() => MakeAsync(documents)), file);
            throw;
        }
    }

    private static async Task<OpenApiFile> MakeAsync(IOpenApiDocumentProvider documents)
    {
        // Not the request's own: others wait for the same document.
        var document = await documents.GetOpenApiDocumentAsync(CancellationToken.None);
        await using var text = new StringWriter(new StringBuilder(), CultureInfo.InvariantCulture);
        document.SerializeAsV31(new OpenApiJsonWriter(text, new OpenApiJsonWriterSettings { Terse = true }));
        return OpenApiFile.Of(Encoding.UTF8.GetBytes(text.ToString()));
    }
}
