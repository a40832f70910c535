namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>
/// Translates a User-Agent header into a name that people recognize, such as "Chrome on Windows". A client chooses the text of the header, so no part of it
/// appears in the name.
/// </summary>
internal static class DeviceName
{
    /// <summary>
    /// Names that are complete without a system. They come first, because robots also name the browser that they imitate. A word that ends with a slash is the
    /// end of a program's name: the phones of a maker called Cubot aren't robots.
    /// </summary>
    private static readonly (string Word, string Name)[] CompleteNames =
    [
        ("Googlebot", "Googlebot"), ("bingbot", "Bingbot"), ("HeadlessChrome", "Headless Chrome"), ("bot/", "Bot"), ("crawler/", "Bot"), ("spider/", "Bot"),
        ("okhttp", "Android app"), ("Dalvik", "Android app"), ("CFNetwork", "App on an Apple device"), ("command line", "Command line"),
    ];

    /// <summary>The first match wins, because browsers also list the names of the browsers with which they are compatible.</summary>
    private static readonly (string Word, string Name)[] Programs =
    [
        ("Edg", "Edge"), ("EdgA", "Edge"), ("EdgiOS", "Edge"), ("Edge", "Edge"), ("OPR", "Opera"), ("OPT", "Opera"), ("Opera", "Opera"),
        ("SamsungBrowser", "Samsung Internet"), ("YaBrowser", "Yandex Browser"), ("Vivaldi", "Vivaldi"), ("UCBrowser", "UC Browser"),
        ("DuckDuckGo", "DuckDuckGo"), ("Ddg", "DuckDuckGo"), ("Firefox", "Firefox"), ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("GSA", "Google app"),
        ("Chromium", "Chromium"), ("Chrome", "Chrome"), ("WindowsPowerShell", "PowerShell"), ("PowerShell", "PowerShell"), ("Safari", "Safari"),
        ("curl", "curl"), ("Wget", "Wget"), ("HTTPie", "HTTPie"), ("PostmanRuntime", "Postman"), ("insomnia", "Insomnia"), ("bruno-runtime", "Bruno"),
        ("python", "Python program"), ("Dart", "Dart program"), ("Go-http-client", "Go program"), ("Java", "Java program"),
        ("Apache-HttpClient", "Java program"), ("node", "Node.js program"), ("axios", "Node.js program"), ("undici", "Node.js program"),
        ("GuzzleHttp", "PHP program"), ("Ruby", "Ruby program"), ("Faraday", "Ruby program"), ("reqwest", "Rust program"),
    ];

    private static readonly (string Word, string Name)[] Systems =
    [
        ("iPhone", "iPhone"), ("iPod", "iPod"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Macintosh", "macOS"), ("Mac OS", "macOS"),
        ("CrOS", "ChromeOS"), ("Linux", "Linux"), ("FreeBSD", "FreeBSD"),
    ];

    /// <summary>Returns the name, or null if neither the program nor the system is known.</summary>
    public static string? Of(string? userAgent)
    {
        if (userAgent is null)
        {
            return null;
        }

        // Longer texts aren't stored either.
        var text = userAgent.AsSpan(0, Math.Min(userAgent.Length, RequestOrigin.UserAgentLength));
        if (NameIn(text, CompleteNames) is { } complete)
        {
            return complete;
        }

        var program = NameIn(text, Programs);
        return NameIn(text, Systems) is { } system ? $"{program ?? "Unknown app"} on {system}" : program;
    }

    private static string? NameIn(ReadOnlySpan<char> text, (string Word, string Name)[] names)
    {
        foreach (var (word, name) in names)
        {
            if (HasWord(text, word))
            {
                return name;
            }
        }

        return null;
    }

    /// <summary>Whether the text contains a word that no other letters continue: "Java/17", but not "JavaScript".</summary>
    private static bool HasWord(ReadOnlySpan<char> text, string word)
    {
        for (var from = 0; ;)
        {
            var at = text[from..].IndexOf(word, StringComparison.OrdinalIgnoreCase);
            if (at < 0)
            {
                return false;
            }

            var (start, end) = (from + at, from + at + word.Length);
            if (word[^1] == '/'
                || ((start == 0 || !char.IsLetterOrDigit(text[start - 1])) && (end == text.Length || !char.IsLetter(text[end]))))
            {
                return true;
            }

            from = end;
        }
    }
}
