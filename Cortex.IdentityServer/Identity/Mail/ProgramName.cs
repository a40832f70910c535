namespace Cortex.IdentityServer.Identity.Mail;

/// <summary>
/// What a person calls the program that a User-Agent names. Not the text itself: whoever logs in writes it, and a mail of ours is no place for their words.
/// </summary>
internal static class ProgramName
{
    /// <summary>The first that is in the text: browsers name those whose pages they also want.</summary>
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
        var program = NameIn(userAgent, Programs) ?? "an unknown program";
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
