using System.Net;
using Cortex.IdentityServer.Foundation.Configuration;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>The settings of the HTTP server.</summary>
/// <param name="PublicUrl"><c>PUBLIC_URL</c>: the issuer of tokens and the base of every link, which never depends on the request.</param>
/// <param name="CorsOrigins">
/// <c>CORS_ORIGINS</c>: the origins whose scripts may call the API, as browsers write them. <c>*</c> allows every origin, without credentials.
/// </param>
/// <param name="TrustedProxies"><c>TRUSTED_PROXIES</c>: the networks whose <c>X-Forwarded-*</c> headers are trusted.</param>
/// <param name="ApiDocs"><c>API_DOCS</c>: whether the server offers <c>/openapi</c> and <c>/scalar</c>.</param>
/// <param name="DrainTime"><c>DRAIN_SECONDS</c>: the maximum time for which a server that is shutting down still answers new requests.</param>
/// <param name="MaxConnections"><c>MAX_CONNECTIONS</c>: the maximum number of client connections. Further ones are closed immediately.</param>
/// <param name="StrictTransport">
/// <c>HSTS_…</c>: the <c>Strict-Transport-Security</c> header of responses over https (RFC 6797), or null in Development.
/// </param>
internal sealed record HttpOptions(
    Uri PublicUrl, IReadOnlyList<string> CorsOrigins, IReadOnlyList<IPNetwork> TrustedProxies, bool ApiDocs, TimeSpan DrainTime, int MaxConnections,
    string? StrictTransport)
{
    /// <summary>Replaces the list: scripts from every origin may call the API, without cookies.</summary>
    public const string AnyOrigin = "*";

    private const int MinPreloadSeconds = 31_536_000;

    private static readonly Uri DefaultPublicUrl = new("http://localhost:5000");

    /// <summary>The issuer of tokens and the base of this server's URLs: the public URL without a trailing slash.</summary>
    public string Issuer { get; } = PublicUrl.AbsoluteUri.TrimEnd('/');

    public bool AllowsAnyOrigin => CorsOrigins.Contains(AnyOrigin);

    public static HttpOptions Read(SettingsReader settings)
    {
        // The framework's own switch trusts forwarded headers from every client.
        if (settings.ReadFlag("FORWARDEDHEADERS_ENABLED", defaultValue: false))
        {
            settings.AddError(
                "ASPNETCORE_FORWARDEDHEADERS_ENABLED", "must be unset, because it trusts every client's X-Forwarded-For; list your proxies in TRUSTED_PROXIES");
        }

        return new(
            PublicAddress(settings) ?? DefaultPublicUrl,
            Origins(settings),
            Proxies(settings),
            settings.ReadFlag("API_DOCS", defaultValue: !settings.IsProduction, yes: "on", no: "off"),
            TimeSpan.FromSeconds(settings.ReadNumber("DRAIN_SECONDS", defaultValue: 5, min: 0, max: 9, "seconds")),
            settings.ReadNumber("MAX_CONNECTIONS", defaultValue: 10_000, min: 10, max: 1_000_000, "connections"),
            HstsHeader(settings));
    }

    private static Uri? PublicAddress(SettingsReader settings)
    {
        var url = settings.ReadUrl("PUBLIC_URL", "the http(s) address at which browsers reach this server, without a query", "http", "https");
        if (url is null)
        {
            if (settings.IsProduction && settings.Serves && settings.ReadText("PUBLIC_URL") is null)
            {
                settings.AddMissingError(
                    "PUBLIC_URL",
                    "to the address at which browsers reach this server, such as https://id.example.com; tokens, links in emails, and passkeys contain it");
            }
        }
        else if (url.Query.Length > 0 || url.Fragment.Length > 0 || url.UserInfo.Length > 0)
        {
            settings.AddError("PUBLIC_URL", "must not contain a query, a fragment, or credentials");
        }
        else if (settings.IsProduction && url.Scheme == Uri.UriSchemeHttp && !IsLocal(url))
        {
            // This is only a warning, because services in a private network may not need browsers.
            settings.Warn(
                "PUBLIC_URL",
                "is not https, so browsers store no refresh cookie and offer no passkeys, and links in emails open over an unencrypted connection");
        }

        return url;
    }

    /// <remarks>
    /// Development omits the header, because browsers remember it and ignore http from then on, which would break other development servers on localhost.
    /// </remarks>
    private static string? HstsHeader(SettingsReader settings)
    {
        // Send 0 too, which makes browsers forget an earlier header.
        var seconds = settings.ReadNumber("HSTS_SECONDS", defaultValue: 63_072_000, min: 0, max: 315_360_000, "seconds");
        var coversSubdomains = settings.ReadFlag("HSTS_INCLUDE_SUBDOMAINS", defaultValue: false);
        var isForPreloadLists = settings.ReadFlag("HSTS_PRELOAD", defaultValue: false);
        if (isForPreloadLists && (!coversSubdomains || seconds < MinPreloadSeconds))
        {
            settings.AddError(
                "HSTS_PRELOAD",
                $"must not be on without HSTS_INCLUDE_SUBDOMAINS and HSTS_SECONDS of at least {MinPreloadSeconds}, which browsers' preload lists require");
        }

        return settings.IsProduction ? $"max-age={seconds}{(coversSubdomains ? "; includeSubDomains" : "")}{(isForPreloadLists ? "; preload" : "")}" : null;
    }

    private static bool IsLocal(Uri url) => url.IsLoopback || url.IdnHost.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);

    private static string[] Origins(SettingsReader settings)
    {
        var texts = settings.ReadList("CORS_ORIGINS");
        if (texts is [AnyOrigin])
        {
            return texts;
        }

        var origins = texts.Select(WebOrigin.Parse).ToList();
        if (texts.Contains("null", StringComparer.OrdinalIgnoreCase))
        {
            settings.AddError("CORS_ORIGINS", "must not list null, because any sandboxed frame or local file has that origin");
        }
        else if (origins.Contains(null))
        {
            settings.AddError(
                "CORS_ORIGINS",
                "must be a comma-separated list of origins such as https://app.example.com or capacitor://localhost (only scheme, host, and port; no "
                    + "wildcards), or * alone");
        }

        return [.. origins.OfType<string>().Distinct(StringComparer.Ordinal)];
    }

    private static List<IPNetwork> Proxies(SettingsReader settings)
    {
        var networks = new List<IPNetwork>();
        foreach (var text in settings.ReadList("TRUSTED_PROXIES"))
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
                settings.AddError("TRUSTED_PROXIES", "must be a comma-separated list of IP addresses or CIDR ranges such as 10.0.0.0/8");
                break;
            }
        }

        return networks;
    }
}
