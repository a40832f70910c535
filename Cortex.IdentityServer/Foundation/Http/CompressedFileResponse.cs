using Microsoft.Net.Http.Headers;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Sends a file in the encoding that the client prefers, or answers 304 when the client's copy is current.</summary>
internal static class CompressedFileResponse
{
    private const string Brotli = "br";
    private const string Gzip = "gzip";

    public static async Task SendAsync(HttpContext http, CompressedFile file, string contentType, string cacheControl)
    {
        var encoding = Choose(file, http.Request.GetTypedHeaders().AcceptEncoding);
        var response = http.Response;
        response.Headers.CacheControl = cacheControl;
        response.Headers.Append(HeaderNames.Vary, HeaderNames.AcceptEncoding);

        // Each encoding of the file needs its own entity tag (RFC 9110 section 8.8.3.3).
        response.Headers.ETag = encoding is null ? $"\"{file.Hash}\"" : $"\"{file.Hash}-{encoding}\"";
        if (HasCurrent(http, file))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        var content = encoding switch { Brotli => file.Brotli!, Gzip => file.Gzip!, _ => file.ToPlain() };
        response.ContentType = contentType;
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

    /// <summary>
    /// Chooses the encoding with the highest quality (RFC 9110 section 12.5.3). Among equal ones, the smallest comes first, and no encoding last. A client
    /// that accepts nothing gets the file without an encoding.
    /// </summary>
    private static string? Choose(CompressedFile file, IList<StringWithQualityHeaderValue> accepted)
    {
        var brotli = file.Brotli is null ? 0 : QualityOf(accepted, Brotli);
        var gzip = file.Gzip is null ? 0 : QualityOf(accepted, Gzip);
        var plain = Named(accepted, "identity") is { } identity ? identity.Quality ?? 1 : 0;
        return brotli > 0 && brotli >= gzip && brotli >= plain ? Brotli
            : gzip > 0 && gzip >= plain ? Gzip
            : null;
    }

    private static double QualityOf(IList<StringWithQualityHeaderValue> accepted, string encoding) =>
        (Named(accepted, encoding) ?? Named(accepted, "*")) is { } named ? named.Quality ?? 1 : 0;

    private static StringWithQualityHeaderValue? Named(IList<StringWithQualityHeaderValue> accepted, string encoding) =>
        accepted.FirstOrDefault(one => one.Value.Equals(encoding, StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether the client's copy is current, in any encoding. The comparison is weak, because proxies that compress weaken the tags.</summary>
    private static bool HasCurrent(HttpContext http, CompressedFile file) => http.Request.GetTypedHeaders().IfNoneMatch.Any(tag =>
        tag.Equals(EntityTagHeaderValue.Any) || tag.Tag.AsSpan().Trim('"').StartsWith(file.Hash, StringComparison.Ordinal));
}
