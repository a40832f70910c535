namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Decides which origins may authenticate with cookies: the server's own and those in <c>CORS_ORIGINS</c>.</summary>
/// <remarks>
/// Browsers attach cookies to any request that a page makes, which enables CSRF. They also name the page's origin in headers that no script can change.
/// </remarks>
internal sealed class BrowserOrigins
{
    private const string FetchSite = "Sec-Fetch-Site";

    private readonly HashSet<string> _allowed;

    public BrowserOrigins(HttpOptions options) => _allowed =
        options.CorsOrigins.Where(origin => origin != HttpOptions.AnyOrigin).Prepend(WebOrigin.Of(options.PublicUrl)).ToHashSet(WebOrigin.Comparer);

    /// <summary>Whether the request comes from an allowed origin or from a client that isn't a browser.</summary>
    public bool Allow(HttpRequest request) => request.Headers.Origin switch
    {
        // Browsers send Origin with every POST, so this client is a program that stores cookies. Sec-Fetch-Site still gives away a browser that omits
        // Origin on a cross-site request.
        [] => request.Headers[FetchSite] is [] or ["same-origin" or "none"],

        // Any page can obtain the origin "null" through a sandboxed frame, so it is never allowed.
        [{ } origin] => _allowed.Contains(origin),
        _ => false,
    };
}
