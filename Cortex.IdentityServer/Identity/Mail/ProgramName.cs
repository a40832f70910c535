namespace Cortex.IdentityServer.Identity.Mail;

/// <summary>
/// Translates a User-Agent header into a program name that people recognize. Emails don't contain the header itself, because an attacker who logs in chooses
/// its text.
/// </summary>
internal static class ProgramName
{
    /// <summary>The first match wins, because browsers also list the names of the browsers with which they are compatible.</summary>
    private static readonly (string Sign, string Name)[] Programs =
    [
        ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"), ("FxiOS", "Firefox"), ("CriOS", "Chrome"),
        ("Chrome", "Chrome"), ("Safari", "Safari"),
        ("curl", "curl"), ("python", "a Python program"), ("node", "a Node.js program"), ("okhttp", "an Android app"), ("Dart", "a Dart program"),
        ("Go-http-client", "a Go program"), ("Java", "a Java program"),
    ];

    private static readonly (string Sign, string Name)[] Systems =
        [("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux")];

    public static string Of(string userAgent)
    {
        var program = NameIn(userAgent, Programs) ?? "an unknown app";
        return NameIn(userAgent, Systems) is { } system ? $"{program} on {system}" : program;
    }

    private static string? NameIn(string text, (string Sign, string Name)[] names)
    {
        foreach (var (sign, name) in names)
        {
            if (text.Contains(sign, StringComparison.OrdinalIgnoreCase))
            {
                return name;
            }
        }

        return null;
    }
}
