using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Cortex.IdentityServer.Features.ApiDocs;

/// <summary>
/// Makes the OpenAPI document at the first request for it, once, however many come at the same time. It doesn't change while the server runs.
/// </summary>
internal sealed class OpenApiFiles([FromKeyedServices(ApiDocsFeature.DocumentName)] IOpenApiDocumentProvider documents)
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
