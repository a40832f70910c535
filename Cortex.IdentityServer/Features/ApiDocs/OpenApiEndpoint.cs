using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.ApiDocs;

/// <summary>Serves the OpenAPI document, compressed when the client accepts it.</summary>
internal static class OpenApiEndpoint
{
    /// <summary>The cache lifetime is short, because the document changes with every update and a revalidation costs only a few bytes.</summary>
    private const string CacheControl = "public, max-age=60";

    internal static async Task GetDocument(OpenApiFiles files, HttpContext http) =>
        await CompressedFileResponse.SendAsync(http, await files.GetAsync(), MediaTypes.JsonContentType, CacheControl);
}
