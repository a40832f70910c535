using System.Globalization;
using System.Text;
using Cortex.IdentityServer.Foundation.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Cortex.IdentityServer.Features.ApiDocs;

/// <summary>Generates the OpenAPI document on the first request and caches it, because it doesn't change while the server runs.</summary>
internal sealed class OpenApiFiles([FromKeyedServices(ApiDocsFeature.DocumentName)] IOpenApiDocumentProvider documents)
{
    private Lazy<Task<CompressedFile>> _file = new(() => GenerateAsync(documents));

    public async Task<CompressedFile> GetAsync()
    {
        var file = _file;
        try
        {
            return await file.Value;
        }
        catch
        {
            // Don't cache a failure: the next request retries.
            Interlocked.CompareExchange(ref _file, new(() => GenerateAsync(documents)), file);
            throw;
        }
    }

    private static async Task<CompressedFile> GenerateAsync(IOpenApiDocumentProvider documents)
    {
        // Don't use the request's own token, because other requests may be waiting for the same document.
        var document = await documents.GetOpenApiDocumentAsync(CancellationToken.None);
        await using var text = new StringWriter(new StringBuilder(), CultureInfo.InvariantCulture);
        document.SerializeAsV31(new OpenApiJsonWriter(text, new OpenApiJsonWriterSettings { Terse = true }));
        return CompressedFile.Of(Encoding.UTF8.GetBytes(text.ToString()));
    }
}
