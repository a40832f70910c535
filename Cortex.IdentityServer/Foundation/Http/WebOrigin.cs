using System.Text.RegularExpressions;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Formats origins as browsers do in the <c>Origin</c> header (RFC 6454 section 6.2): lowercase, Punycode, and no default port.</summary>
internal static partial class WebOrigin
{
    /// <summary>Compares without case, because browsers send hosts in lowercase except for schemes that they don't know.</summary>
    public static readonly StringComparer Comparer = StringComparer.OrdinalIgnoreCase;

    /// <summary>Returns the URL's origin, whatever its path.</summary>
    public static string Of(Uri url) => $"{url.Scheme}://{HostOf(url)}{(url.IsDefaultPort ? "" : $":{url.Port}")}";

    /// <summary>Parses an origin that an operator configured, with or without a trailing slash. Returns null if the text isn't an origin.</summary>
    /// <remarks>
    /// App shells and browser extensions have their own schemes (<c>capacitor://localhost</c>, <c>chrome-extension://…</c>), whose hosts can have uppercase
    /// letters.
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
            // Browsers send "null" as the origin of a file, and they never convert the host of a custom scheme to Punycode.
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
