using System.Text.RegularExpressions;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>An origin as a browser writes it in the <c>Origin</c> header (RFC 6454 section 6.2): lower case, Punycode, no default port.</summary>
internal static partial class WebOrigin
{
    /// <summary>Browsers send hosts in lower case, except for those of schemes that they know nothing of.</summary>
    public static readonly StringComparer Comparer = StringComparer.OrdinalIgnoreCase;

    /// <summary>Its origin, whatever path the address has.</summary>
    public static string Of(Uri url) => $"{url.Scheme}://{HostOf(url)}{(url.IsDefaultPort ? "" : $":{url.Port}")}";

    /// <summary>The origin that an operator wrote; a slash at its end is forgiven. Null for anything else.</summary>
    /// <remarks>
    /// Shells around web pages have schemes of their own (<c>capacitor://localhost</c>, <c>chrome-extension://…</c>), whose hosts may not be lower case.
    /// </remarks>
    public static string? Parse(string text)
    {
        var match = Shape().Match(text);
        if (!match.Success)
        {
            return null;
        }

        var scheme = match.Groups["scheme"].Value.ToLowerInvariant();
        if (scheme is not ("http" or "https"))
        {
            // Browsers call the origin of a file "null", and a host of such a scheme is never translated.
            return scheme == "file" || !IsAscii(text) || text.AsSpan().IndexOfAny("*%\\") >= 0 ? null : $"{scheme}://{match.Groups["authority"].Value}";
        }

        return Uri.TryCreate($"{scheme}://{match.Groups["authority"].Value}", UriKind.Absolute, out var url)
            && url.UserInfo.Length == 0
            && url.AbsolutePath == "/"
            && Host().IsMatch(HostOf(url))
            ? Of(url)
            : null;
    }

    private static string HostOf(Uri url) => url.HostNameType == UriHostNameType.IPv6 ? url.Host : url.IdnHost.ToLowerInvariant();

    private static bool IsAscii(string text) => System.Text.Ascii.IsValid(text);

    [GeneratedRegex(@"^(?<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?<authority>[^/?#@\s]+)/?$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Shape();

    [GeneratedRegex(@"^([a-z0-9._-]+|\[[0-9a-f:.]+\])$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Host();
}
