namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Writes the headers that tell browsers and caches how to treat every response.</summary>
internal static class SecurityHeaders
{
    /// <summary>Keeps pages of other origins from loading a response without CORS, such as by an image or script element.</summary>
    public const string ResourcePolicy = "Cross-Origin-Resource-Policy";

    private const string ApiPolicy = "default-src 'none'; frame-ancestors 'none'";

    public static IApplicationBuilder UseSecurityHeaders(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        WriteTo(context);
        return next(context);
    });

    public static void WriteTo(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers.ContentSecurityPolicy = ApiPolicy;
        headers[ResourcePolicy] = "same-origin";
        if (context.Request.IsHttps && context.RequestServices.GetRequiredService<HttpOptions>().StrictTransport is { } strictTransport)
        {
            headers.StrictTransportSecurity = strictTransport;
        }

        // Every response under /api contains a credential or personal data, or is an error about one.
        if (context.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase))
        {
            headers.CacheControl = "no-store";
        }
    }
}
