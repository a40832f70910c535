using System.Net;
using Cortex.IdentityServer.Foundation.Configuration;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>How the server meets the network.</summary>
/// <param name="PublicUrl"><c>PUBLIC_URL</c>: issuer of tokens and base of every link; never taken from a request.</param>
/// <param name="CorsOrigins"><c>CORS_ORIGINS</c>: origins whose scripts may call, as browsers write them; <c>*</c> allows any, without credentials.</param>
/// <param name="TrustedProxies"><c>TRUSTED_PROXIES</c>: whose <c>X-Forwarded-*</c> headers count.</param>
/// <param name="ApiDocs"><c>API_DOCS</c>: whether <c>/openapi</c> and <c>/scalar</c> answer.</param>
/// <param name="DrainTime"><c>DRAIN_SECONDS</c>: for how long a server that is asked to stop answers what still comes.</param>
/// <param name="MostConnections"><c>MAX_CONNECTIONS</c>: open connections of clients; one more is closed at once.</param>
/// <param name="StrictTransport">
/// <c>HSTS_…</c>: what answers over https tell browsers for how long to use nothing but https (RFC 6797); null in Development.
/// </param>
internal sealed record HttpOptions(
    Uri PublicUrl, IReadOnlyList<string> CorsOrigins, IReadOnlyList<IPNetwork> TrustedProxies, bool ApiDocs, TimeSpan DrainTime, int MostConnections,
    string? StrictTransport)
{
    /// <summary>In place of a list: scripts from everywhere may call, and no cookie may be used.</summary>
    public const string AnyOrigin = "*";

    private const int LeastPreloadSeconds = 31_536_000;

    private static readonly Uri DefaultPublicUrl = new("http://localhost:5000");

    /// <summary>What tokens name as their issuer, and what addresses of this server begin with: the public URL without a slash at its end.</summary>
    public string Issuer { get; } = PublicUrl.AbsoluteUri.TrimEnd('/');

    public bool AllowsAnyOrigin => CorsOrigins.Contains(AnyOrigin);

    public static HttpOptions Read(SettingsReader settings)
    {
        // The framework's own switch trusts the forwarded headers of anybody.
        if (settings.Flag("FORWARDEDHEADERS_ENABLED", otherwise: false))
        {
            settings.Refuse(
                "ASPNETCORE_FORWARDEDHEADERS_ENABLED", "must be unset, as it trusts every caller's X-Forwarded-For: name your proxies in TRUSTED_PROXIES");
        }

        return new(
            PublicAddress(settings) ?? DefaultPublicUrl,
            Origins(settings),
            Proxies(settings),
            settings.Flag("API_DOCS", otherwise: !settings.IsProduction, yes: "on", no: "off"),
            TimeSpan.FromSeconds(settings.Number("DRAIN_SECONDS", otherwise: 5, least: 0, most: 9, "seconds")),
            settings.Number("MAX_CONNECTIONS", otherwise: 10_000, least: 10, most: 1_000_000, "connections"),
            HstsHeader(settings));
    }

    private static Uri? PublicAddress(SettingsReader settings)
    {
        var url = settings.Url("PUBLIC_URL", "the http(s) address at which browsers reach this server, without a query", "http", "https");
        if (url is null)
        {
            if (settings.IsProduction && settings.Serves && settings.Text("PUBLIC_URL") is null)
            {
                settings.RefuseMissing(
                    "PUBLIC_URL",
                    "to the address at which browsers reach this server, such as https://id.example.com: it is part of tokens, links in mails and passkeys");
            }
        }
        else if (url.Query.Length > 0 || url.Fragment.Length > 0 || url.UserInfo.Length > 0)
        {
            settings.Refuse("PUBLIC_URL", "must not contain a query, a fragment or credentials");
        }
        else if (settings.IsProduction && url.Scheme == Uri.UriSchemeHttp && !IsThisMachine(url))
        {
            // Not refused: services in a private network get along without browsers.
            settings.Warn(
                "PUBLIC_URL",
                "is not https, so browsers store no refresh cookie and offer no passkeys, and links in mails are opened over an unencrypted connection");
        }

        return url;
    }

    /// <remarks>A browser that was told once can't be told otherwise over http: localhost would be lost to all other development servers.</remarks>
    private static string? HstsHeader(SettingsReader settings)
    {
        // 0 is sent too: it makes browsers forget what they were told before.
        var seconds = settings.Number("HSTS_SECONDS", otherwise: 63_072_000, least: 0, most: 315_360_000, "seconds");
        var coversSubdomains = settings.Flag("HSTS_INCLUDE_SUBDOMAINS", otherwise: false);
        var isForPreloadLists = settings.Flag("HSTS_PRELOAD", otherwise: false);
        if (isForPreloadLists && (!coversSubdomains || seconds < LeastPreloadSeconds))
        {
            settings.Refuse(
                "HSTS_PRELOAD",
                $"must not be on without HSTS_INCLUDE_SUBDOMAINS and HSTS_SECONDS of {LeastPreloadSeconds} or more, which browsers' preload lists require");
        }

        return settings.IsProduction ? $"max-age={seconds}{(coversSubdomains ? "; includeSubDomains" : "")}{(isForPreloadLists ? "; preload" : "")}" : null;
    }

    private static bool IsThisMachine(Uri url) => url.IsLoopback || url.IdnHost.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);

    private static string[] Origins(SettingsReader settings)
    {
        var texts = settings.List("CORS_ORIGINS");
        if (texts is [AnyOrigin])
        {
            return texts;
        }

        var origins = texts.Select(WebOrigin.Parse).ToList();
        if (texts.Contains("null", StringComparer.OrdinalIgnoreCase))
        {
            settings.Refuse("CORS_ORIGINS", "must not list null, because anybody's sandboxed frames and local files have that origin");
        }
        else if (origins.Contains(null))
        {
            settings.Refuse(
                "CORS_ORIGINS",
                "must be a comma-separated list of origins such as https://app.example.com or capacitor://localhost (scheme, host and port only, no "
                    + "wildcards), or * alone");
        }

        return [.. origins.OfType<string>().Distinct(StringComparer.Ordinal)];
    }

    private static List<IPNetwork> Proxies(SettingsReader settings)
    {
        var networks = new List<IPNetwork>();
        foreach (var text in settings.List("TRUSTED_PROXIES"))
        {
            if (IPNetwork.TryParse(text, out var network))
            {
                networks.Add(network);
            }
            else if (IPAddress.TryParse(text, out var address))
            {
                networks.Add(new(address, address.GetAddressBytes().Length * 8));
            }
            else
            {
                settings.Refuse("TRUSTED_PROXIES", "must be a comma-separated list of IP addresses or CIDR ranges such as 10.0.0.0/8");
                break;
            }
        }

        return networks;
    }
}
