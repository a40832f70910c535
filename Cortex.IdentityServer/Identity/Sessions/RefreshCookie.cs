using System.Diagnostics.CodeAnalysis;
using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>The cookie that holds a browser's refresh token, inaccessible to scripts.</summary>
internal sealed class RefreshCookie(HttpOptions options, BrowserOrigins origins, IHostEnvironment environment)
{
    /// <summary>
    /// Because of the <c>__Host-</c> prefix, browsers accept the cookie only over TLS, with <c>Secure</c>, <c>Path=/</c> and no <c>Domain</c>: neither a
    /// sibling host nor a page on plain HTTP can overwrite it (RFC 6265bis section 4.1.3.2).
    /// </summary>
    public const string SecureName = "__Host-cortex_refresh";

    /// <summary>The name on plain HTTP, where browsers reject the prefix and <c>Secure</c>.</summary>
    public const string PlainName = "cortex_refresh";

    /// <summary>The server can't tell which of two cookies is the current one, and a browser has two only if an attacker planted one of them.</summary>
    public static readonly Refusal DuplicateCookie = Problems.MalformedRequest with { Detail = "The refresh cookie was sent twice." };

    private static readonly Refusal OtherOrigin = Problems.Forbidden with
    {
        Detail = "Pages of this origin may not use the refresh cookie. Only PUBLIC_URL and the origins in CORS_ORIGINS may.",
    };

    private static readonly Refusal AnyOrigin = Refusal.Invalid(
        CookieUse.Parameter, "cookies are rejected while CORS_ORIGINS is *; list the origins that may use them");

    /// <summary>
    /// The rules of Production always require a secure cookie, so that no misread setting or header can weaken it. In other environments PUBLIC_URL states how
    /// browsers reach the server, because behind a proxy that terminates TLS each request looks like plain HTTP.
    /// </summary>
    private readonly bool _isSecure = !RunEnvironment.HasDevelopmentRules(environment) || options.PublicUrl.Scheme == Uri.UriSchemeHttps;

    /// <summary>Returns the reason why this request may not act on the cookie that it carries, or null.</summary>
    public Refusal? CheckUse(HttpRequest request) => origins.Allow(request) ? null : OtherOrigin;

    /// <summary>
    /// Returns the reason why the response may not set the cookie, or null. A foreign page must not log its visitors in as another user either.
    /// </summary>
    public Refusal? CheckSet(HttpRequest request) => options.AllowsAnyOrigin ? AnyOrigin : CheckUse(request);

    public bool IsSent(HttpRequest request) => request.Headers.Cookie.Count > 0 && ValuesIn(request).Length > 0;

    /// <summary>Reads the cookie if it was sent exactly once. The value isn't validated.</summary>
    public bool TryRead(HttpRequest request, [NotNullWhen(true)] out string? value)
    {
        value = ValuesIn(request) is [var only] ? only : null;
        return value is not null;
    }

    public void Set(HttpContext http, string token, long seconds)
    {
        var attributes = Attributes(http.Request);
        attributes.MaxAge = TimeSpan.FromSeconds(seconds);
        http.Response.Cookies.Append(NameFor(http.Request), token, attributes);
    }

    public void Clear(HttpContext http) => http.Response.Cookies.Delete(NameFor(http.Request), Attributes(http.Request));

    /// <summary>
    /// Clears the cookie if the browser sent it, and with it what pages of this origin have stored, such as the web console. It doesn't affect the storage of
    /// frontends on other origins. Browsers ignore the header on plain HTTP (https://www.w3.org/TR/clear-site-data/).
    /// </summary>
    public void ClearAtLogout(HttpContext http)
    {
        if (IsSent(http.Request))
        {
            Clear(http);
            http.Response.Headers["Clear-Site-Data"] = "\"storage\"";
        }
    }

    /// <summary>Whether the request uses TLS, according to the server, a trusted proxy, or PUBLIC_URL.</summary>
    private bool IsSecure(HttpRequest request) => _isSecure || request.IsHttps;

    private string NameFor(HttpRequest request) => IsSecure(request) ? SecureName : PlainName;

    private CookieOptions Attributes(HttpRequest request) =>
        new() { HttpOnly = true, Secure = IsSecure(request), SameSite = SameSiteMode.Strict, Path = "/" };

    /// <summary>Parses the header itself, because the framework returns only the last of several cookies with the same name.</summary>
    private string[] ValuesIn(HttpRequest request)
    {
        var start = NameFor(request) + "=";
        return
        [
            .. request.Headers.Cookie.SelectMany(line => line?.Split(';', StringSplitOptions.TrimEntries) ?? [])
                .Where(pair => pair.StartsWith(start, StringComparison.Ordinal))
                .Select(pair => pair[start.Length..]),
        ];
    }
}
