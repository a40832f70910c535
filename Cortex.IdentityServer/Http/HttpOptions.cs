using System.Net;
using Cortex.IdentityServer.Configuration;

namespace Cortex.IdentityServer.Http;

/// <summary>How the server meets the network.</summary>
/// <param name="PublicUrl"><c>PUBLIC_URL</c>: issuer of tokens and base of every link; never taken from a request.</param>
/// <param name="CorsOrigins"><c>CORS_ORIGINS</c>: origins whose scripts may call; <c>*</c> allows any, without credentials.</param>
/// <param name="TrustedProxies"><c>TRUSTED_PROXIES</c>: whose <c>X-Forwarded-*</c> headers count.</param>
/// <param name="ApiDocs"><c>API_DOCS</c>: whether <c>/openapi</c> and <c>/scalar</c> answer.</param>
/// <param name="DrainTime"><c>DRAIN_SECONDS</c>: for how long a server that is asked to stop answers what still comes.</param>
/// <param name="MostConnections"><c>MAX_CONNECTIONS</c>: open connections of clients; one more is closed at once.</param>
internal sealed record HttpOptions(
    Uri PublicUrl, IReadOnlyList<string> CorsOrigins, IReadOnlyList<IPNetwork> TrustedProxies, bool ApiDocs, TimeSpan DrainTime, int MostConnections)
{
    /// <summary>In place of a list: scripts from everywhere may call, and no cookie may be used.</summary>
    public const string AnyOrigin = "*";

    private static readonly Uri DefaultPublicUrl = new("http://localhost:5000");

    public bool AllowsAnyOrigin => CorsOrigins.Contains(AnyOrigin);

    public static HttpOptions Read(SettingsReader settings)
    {
        // The framework's own switch trusts the forwarded headers of anybody.
        if (settings.Flag("FORWARDEDHEADERS_ENABLED", otherwise: false))
        {
            settings.Refuse("ASPNETCORE_FORWARDEDHEADERS_ENABLED", "must be unset, as it trusts every caller's X-Forwarded-For: name your proxies in TRUSTED_PROXIES");
        }

        return new(
            PublicAddress(settings) ?? DefaultPublicUrl,
            Origins(settings),
            Proxies(settings),
            settings.Flag("API_DOCS", otherwise: !settings.IsProduction, yes: "on", no: "off"),
            TimeSpan.FromSeconds(settings.Number("DRAIN_SECONDS", otherwise: 5, least: 0, most: 9, "seconds")),
            settings.Number("MAX_CONNECTIONS", otherwise: 10_000, least: 10, most: 1_000_000, "connections"));
    }

    private static Uri? PublicAddress(SettingsReader settings)
    {
        var url = settings.Url("PUBLIC_URL", "the http(s) address under which browsers reach this server, without query", "http", "https");
        if (url is null)
        {
            if (settings.IsProduction && settings.Serves && settings.Text("PUBLIC_URL") is null)
            {
                settings.Refuse("PUBLIC_URL", "must be set in Production to the address under which browsers reach this server, such as https://id.example.com: tokens, links in mails and passkeys carry it");
            }
        }
        else if (url.Query.Length > 0 || url.Fragment.Length > 0 || url.UserInfo.Length > 0)
        {
            settings.Refuse("PUBLIC_URL", "must not hold a query, a fragment or credentials");
        }
        else if (settings.IsProduction && url.Scheme == Uri.UriSchemeHttp && !IsThisMachine(url))
        {
            // Not refused: services in a private network get along without browsers.
            settings.Warn("PUBLIC_URL", "is not https: browsers keep no refresh cookie and offer no passkeys there, and the links in mails go over the network unencrypted");
        }

        return url;
    }

    private static bool IsThisMachine(Uri url) => url.IsLoopback || url.IdnHost.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);

    private static string[] Origins(SettingsReader settings)
    {
        var origins = settings.List("CORS_ORIGINS");
        if (origins.Any(origin => origin != AnyOrigin && !IsOrigin(origin)) || (origins.Contains(AnyOrigin) && origins.Length > 1))
        {
            settings.Refuse("CORS_ORIGINS", "must be a comma-separated list of origins such as https://app.example.com (scheme, host and port only), or * alone");
        }

        return [.. origins.Select(origin => origin.TrimEnd('/'))];
    }

    private static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url)
        && url.Scheme is "http" or "https"
        && url.UserInfo.Length == 0
        && url.GetComponents(UriComponents.PathAndQuery | UriComponents.Fragment, UriFormat.UriEscaped) is "" or "/";

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
