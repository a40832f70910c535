using Microsoft.Net.Http.Headers;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Tells people's browsers from programs at addresses that both may ask for.</summary>
internal static class HtmlClients
{
    private static readonly MediaTypeHeaderValue Html = new("text/html");

    /// <summary>Whether the client accepts HTML or anything, and marks the response as varying by <c>Accept</c>.</summary>
    /// <remarks>The most specific matching range decides (RFC 9110 section 12.5.1). Without the header, any type is acceptable.</remarks>
    public static bool NegotiateHtml(this HttpContext http)
    {
        http.Response.Headers.Append(HeaderNames.Vary, HeaderNames.Accept);
        var accepted = http.Request.GetTypedHeaders().Accept;
        return accepted.Count == 0
            || accepted
                .Where(Html.IsSubsetOf)
                .OrderBy(range => range.MatchesAllTypes)
                .ThenBy(range => range.MatchesAllSubTypes)
                .FirstOrDefault() is { Quality: not 0 };
    }
}
