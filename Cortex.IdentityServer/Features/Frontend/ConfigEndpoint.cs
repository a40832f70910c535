using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace Cortex.IdentityServer.Features.Frontend;

/// <summary>The route with which a frontend learns how this server is configured.</summary>
internal static class ConfigEndpoint
{
    private const string CacheControl = "public, max-age=60";

    /// <summary>Show what a frontend has to know</summary>
    /// <remarks>
    /// Says which forms a frontend can show, and what they accept. The response is the same for everyone and can be cached for a minute. A request whose
    /// <c>If-None-Match</c> names the current ETag gets 304 without a body.
    /// </remarks>
    internal static Results<Ok<ConfigResponse>, StatusCodeHttpResult> GetConfig(ConfigDocument document, HttpContext http)
    {
        http.Response.Headers.CacheControl = CacheControl;
        http.Response.Headers.ETag = document.EntityTag;

        // The comparison is weak, because proxies that compress weaken the tags.
        return http.Request.GetTypedHeaders().IfNoneMatch.Any(tag => tag.Equals(EntityTagHeaderValue.Any) || tag.Tag == document.EntityTag)
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Ok(document.Content);
    }
}
