using System.Text;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Cortex.IdentityServer.Http;

/// <summary>Refuses bodies that no route reads (too large, compressed, not UTF-8) before anything looks at the caller.</summary>
internal static class BodyRules
{
    /// <summary>The largest body of a JSON route, in bytes.</summary>
    public const int LargestJson = 64 * 1024;

    public static IApplicationBuilder UseBodyRules(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        var request = context.Request;
        var largest = context.GetEndpoint()?.Metadata.GetMetadata<LargestBody>()?.Bytes ?? LargestJson;
        if (request.ContentLength > largest)
        {
            return TooLarge(largest).ExecuteAsync(context);
        }

        var hasCharset = MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && type.Charset.HasValue;
        if (request.Headers.ContentEncoding.Count > 0 || (hasCharset && !IsUtf8(type!.Charset)))
        {
            return new Problem(Problems.UnsupportedMediaType).ExecuteAsync(context);
        }

        if (hasCharset)
        {
            // The JSON reader throws on a quoted charset, which RFC 9110 section 8.3.1 allows.
            type!.Charset = Encoding.UTF8.WebName;
            request.ContentType = type.ToString();
        }

        // For bodies of unannounced length: reading past the limit throws.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = largest;
        }

        return next(context);
    });

    private static Problem TooLarge(long largest) => largest == LargestJson
        ? Problems.PayloadTooLarge
        : new Problem(Problems.PayloadTooLarge) { Detail = $"The body is larger than {largest / (1024 * 1024)} MiB." };

    private static bool IsUtf8(StringSegment charset) =>
        HeaderUtilities.RemoveQuotes(charset).Equals(Encoding.UTF8.WebName, StringComparison.OrdinalIgnoreCase);
}

/// <summary>The largest body, in bytes, of a route that takes more than JSON routes do.</summary>
internal sealed record LargestBody(long Bytes);
