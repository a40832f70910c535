using System.Text;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Rejects request bodies that no route accepts (too large, compressed, or not UTF-8) before authentication runs.</summary>
internal static class BodyRules
{
    /// <summary>The maximum size of a JSON route's request body, in bytes.</summary>
    public const int MaxJsonBytes = 64 * 1024;

    /// <summary>
    /// Charset values that clients send with UTF-8 JSON, although the media type has no such parameter (RFC 8259 section 11). ASCII is a subset of UTF-8.
    /// </summary>
    private static readonly string[] Utf8Charsets = ["utf-8", "utf8", "us-ascii", "ascii"];

    public static IApplicationBuilder UseBodyRules(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        var metadata = context.GetEndpoint()?.Metadata;
        var refusal = context.Features.Get<IncomingBody>() is not { } body || metadata?.GetMetadata<IgnoresBody>() is not null
            ? null
            : Prepare(body, context.Request, metadata?.GetMetadata<MaxBodySize>()?.Bytes ?? MaxJsonBytes);
        return refusal is null ? next(context) : refusal.ToProblem().ExecuteAsync(context);
    });

    private static Refusal? Prepare(IncomingBody body, HttpRequest request, long maxBytes)
    {
        if (request.ContentLength > maxBytes)
        {
            return TooLarge(maxBytes);
        }

        var hasType = MediaTypeHeaderValue.TryParse(request.ContentType, out var type);
        if (IsEncoded(request.Headers.ContentEncoding) || (hasType && !IsForm(type!) && type!.Charset.HasValue && !IsUtf8(type.Charset)))
        {
            return Problems.UnsupportedMediaType;
        }

        if (hasType && type!.Charset.HasValue)
        {
            // Forms are always UTF-8, whatever the charset says (WHATWG URL, section 5). The JSON reader throws on a quoted charset, although RFC 9110
            // section 8.3.1 allows one.
            type.Charset = Encoding.UTF8.WebName;
            request.ContentType = type.ToString();
        }

        body.Limit = maxBytes;
        body.SkipsByteOrderMark = request.HasJsonContentType() || (hasType && Ndjson.Names.Contains(type!.MediaType.Value, StringComparer.OrdinalIgnoreCase));
        return null;
    }

    private static Refusal TooLarge(long maxBytes) => maxBytes == MaxJsonBytes
        ? Problems.PayloadTooLarge
        : Problems.PayloadTooLarge with { Detail = $"The body is larger than {maxBytes / (1024 * 1024)} MiB." };

    /// <summary>Whether any header line lists an encoding other than <c>identity</c>, which means none (RFC 9110 section 8.4).</summary>
    private static bool IsEncoded(StringValues encodings) => encodings.Count > 0 && encodings
        .SelectMany(line => (line ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        .Any(encoding => !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase));

    private static bool IsForm(MediaTypeHeaderValue type) =>
        type.MediaType.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase)
            || type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase);

    private static bool IsUtf8(StringSegment charset) => Utf8Charsets.Contains(HeaderUtilities.RemoveQuotes(charset).Value, StringComparer.OrdinalIgnoreCase);
}
