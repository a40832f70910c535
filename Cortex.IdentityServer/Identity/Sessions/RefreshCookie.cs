using System.Diagnostics.CodeAnalysis;
using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>The cookie in which a browser keeps its refresh token, out of reach of every script.</summary>
internal sealed class RefreshCookie(HttpOptions options, BrowserOrigins origins, IHostEnvironment environment)
{
    /// <summary>
    /// By its prefix a browser takes it over TLS only, and only with <c>Secure</c>, <c>Path=/</c> and no <c>Domain</c>: neither a neighbouring
    /// host nor a page on plain http can put one of its own in its place (RFC 6265bis section 4.1.3.2).
    /// </summary>
    public const string SecureName = "__Host-cortex_refresh";

    /// <summary>Browsers refuse the prefix, and <c>Secure</c>, on plain http.</summary>
    public const string PlainName = "cortex_refresh";

    /// <summary>Which of two is the live one can't be told, and a browser has only one unless somebody slipped it another.</summary>
    public static readonly Refusal Twice = Problems.MalformedRequest with { Detail = "The refresh cookie was sent twice." };

    private static readonly Refusal OtherOrigin = Problems.Forbidden with
    {
        Detail = "Pages of this origin may not use the refresh cookie; those of PUBLIC_URL and CORS_ORIGINS may.",
    };

    private static readonly Refusal AnyOrigin = Refusal.Invalid(
        CookieUse.Parameter, "cookies are refused while CORS_ORIGINS is *; list the origins that may use them");

    /// <summary>
    /// Under Production's rules always, so that no misread setting or header ever weakens it. Elsewhere PUBLIC_URL says how browsers reach the server: behind a
    /// proxy that ends TLS each request looks like plain http.
    /// </summary>
    private readonly bool _isSecure = !RunEnvironment.HasDevelopmentRules(environment) || options.PublicUrl.Scheme == Uri.UriSchemeHttps;

    /// <summary>Why this request may not act with the cookie that it carries, or null.</summary>
    public Refusal? RefusalToUse(HttpRequest request) => origins.Allow(request) ? null : OtherOrigin;

    /// <summary>Why this request may not be answered by the cookie, or null. A foreign page must not log its visitors in as somebody else either.</summary>
    public Refusal? RefusalToSet(HttpRequest request) => options.AllowsAnyOrigin ? AnyOrigin : RefusalToUse(request);

    public bool IsIn(HttpRequest request) => request.Headers.Cookie.Count > 0 && ValuesIn(request).Length > 0;

    /// <summary>The only value of the cookie; whether it is a token of ours isn't known yet.</summary>
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

    public void ClearIfSent(HttpContext http)
    {
        if (IsIn(http.Request))
        {
            Clear(http);
        }
    }

    /// <summary>TLS that the server, or a trusted proxy, has seen counts whatever PUBLIC_URL says; that it hasn't seen any counts for nothing.</summary>
    private bool IsSecure(HttpRequest request) => _isSecure || request.IsHttps;

    private string NameFor(HttpRequest request) => IsSecure(request) ? SecureName : PlainName;

    private CookieOptions Attributes(HttpRequest request) =>
        new() { HttpOnly = true, Secure = IsSecure(request), SameSite = SameSiteMode.Strict, Path = "/" };

    /// <summary>Read by hand: of two cookies with one name the framework shows the last alone.</summary>
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
