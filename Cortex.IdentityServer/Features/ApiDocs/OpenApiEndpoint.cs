using Microsoft.Net.Http.Headers;

namespace Cortex.IdentityServer.Features.ApiDocs;

/// <summary>Serves the OpenAPI document, compressed when the client accepts it, and answers 304 when the client's copy is current.</summary>
internal static class OpenApiEndpoint
{
    /// <summary>The cache lifetime is short, because the document changes with every update and a revalidation costs only a few bytes.</summary>
    private const string CacheControl = "public, max-age=60";

    internal static async Task GetDocument(OpenApiFiles files, HttpContext http)
    {
        var file = await files.GetAsync();
        var (content, encoding) = Choose(file, http.Request.GetTypedHeaders().AcceptEncoding);
        var response = http.Response;
        response.Headers.CacheControl = CacheControl;
        response.Headers.Append(HeaderNames.Vary, HeaderNames.AcceptEncoding);

        // Each encoding of the document needs its own entity tag (RFC 9110 section 8.8.3.3).
        response.Headers.ETag = encoding is null ? $"\"{file.Hash}\"" : $"\"{file.Hash}-{encoding}\"";
        if (HasCurrent(http, file))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = content.Length;
        if (encoding is not null)
        {
            response.Headers.ContentEncoding = encoding;
        }

        if (!HttpMethods.IsHead(http.Request.Method))
        {
            await response.Body.WriteAsync(content, http.RequestAborted);
        }
    }

    /// <summary>Chooses the smallest encoding that the client explicitly accepts, or no encoding.</summary>
    private static (byte[] Content, string? Encoding) Choose(OpenApiFile file, IList<StringWithQualityHeaderValue> accepted) =>
        Accepts(accepted, "br") ? (file.Brotli, "br")
        : Accepts(accepted, "gzip") ? (file.Gzip, "gzip")
        : (file.Plain, null);

    private static bool Accepts(IList<StringWithQualityHeaderValue> accepted, string encoding) =>
        (accepted.FirstOrDefault(one => one.Value.Equals(encoding, StringComparison.OrdinalIgnoreCase))
            ?? accepted.FirstOrDefault(one => one.Value == "*")) is { } named
        && named.Quality is not 0;

    /// <summary>Whether the client's copy is current, in any encoding. The comparison is weak, because proxies that compress weaken the tags.</summary>
    private static bool HasCurrent(HttpContext http, OpenApiFile file) => http.Request.GetTypedHeaders().IfNoneMatch.Any(tag =>
        tag.Equals(EntityTagHeaderValue.Any) || tag.Tag.AsSpan().Trim('"').StartsWith(file.Hash, StringComparison.Ordinal));
}
