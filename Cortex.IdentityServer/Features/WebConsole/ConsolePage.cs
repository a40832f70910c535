using System.Text;
using System.Text.Encodings.Web;
using System.Text.RegularExpressions;

namespace Cortex.IdentityServer.Features.WebConsole;

/// <summary>Writes the operator's name, logo, and color into the console's HTML page, so that they need neither a new build nor an inline style.</summary>
internal static partial class ConsolePage
{
    /// <param name="html">The page as it was built.</param>
    /// <param name="title">The console's name.</param>
    /// <param name="logo">The address of the logo, or null.</param>
    /// <param name="styleSheet">The address of the style sheet with the color, or null.</param>
    public static byte[] Of(string html, string title, string? logo, string? styleSheet)
    {
        var encodedTitle = HtmlEncoder.Default.Encode(title);
        var page = TitleText().Replace(html, _ => encodedTitle, count: 1);
        page = TitleContent().Replace(page, _ => encodedTitle, count: 1);
        if (logo is not null)
        {
            page = LogoContent().Replace(page, _ => HtmlEncoder.Default.Encode(logo), count: 1);
        }

        if (styleSheet is not null)
        {
            // It is the last one, so it overrides the console's own.
            page = EndOfHead().Replace(page, head => $"<link rel=\"stylesheet\" href=\"{HtmlEncoder.Default.Encode(styleSheet)}\">{head.Value}", count: 1);
        }

        return Encoding.UTF8.GetBytes(page);
    }

    [GeneratedRegex($"(?<=<title>[^<]*){ConsoleOptions.DefaultTitle}(?=[^<]*</title>)", RegexOptions.CultureInvariant)]
    private static partial Regex TitleText();

    [GeneratedRegex("""(?<=<meta name="console-title" content=")[^"]*(?=")""", RegexOptions.CultureInvariant)]
    private static partial Regex TitleContent();

    [GeneratedRegex("""(?<=<meta name="console-logo" content=")[^"]*(?=")""", RegexOptions.CultureInvariant)]
    private static partial Regex LogoContent();

    [GeneratedRegex("</head>", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex EndOfHead();
}
