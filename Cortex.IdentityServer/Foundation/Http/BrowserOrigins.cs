namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Knows which pages may act with a cookie: this server's own, and those that the operator listed.</summary>
/// <remarks>
/// A cookie comes by itself with whatever a page makes the browser send (CSRF); the browser says which page it was, and no script can change that.
/// </remarks>
internal sealed class BrowserOrigins
{
    private const string FetchSite = "Sec-Fetch-Site";

    private readonly HashSet<string> _allowed;

    public BrowserOrigins(HttpOptions options) => _allowed =
        options.CorsOrigins.Where(origin => origin != HttpOptions.AnyOrigin).Prepend(WebOrigin.Of(options.PublicUrl)).ToHashSet(WebOrigin.Comparer);

    /// <summary>Whether this request comes from such a page, or from no page at all.</summary>
    public bool Allow(HttpRequest request) => request.Headers.Origin switch
    {
        // Browsers name the origin of every POST, so this is a program with a jar of cookies. One that hides it has still to say that it is another's.
        [] => request.Headers[FetchSite] is [] or ["same-origin" or "none"],

        // "null", of a sandboxed frame or a local file, is an origin that anybody can have.
        [{ } origin] => _allowed.Contains(origin),
        _ => false,
    };
}
