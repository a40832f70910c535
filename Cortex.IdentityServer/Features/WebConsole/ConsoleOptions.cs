using Cortex.IdentityServer.Foundation.Configuration;

namespace Cortex.IdentityServer.Features.WebConsole;

/// <summary>The settings of the web console.</summary>
/// <param name="IsOn"><c>CONSOLE</c>: whether the server offers it.</param>
/// <param name="Title"><c>CONSOLE_TITLE</c>: its name, in the browser's tab and on its pages.</param>
/// <param name="Logo"><c>CONSOLE_LOGO_FILE</c>: the image next to the name, or null for the console's own.</param>
/// <param name="Accent"><c>CONSOLE_ACCENT_COLOR</c>: the color of buttons and links, or null for the console's own.</param>
internal sealed record ConsoleOptions(bool IsOn, string Title, ConsoleLogo? Logo, AccentColor? Accent)
{
    public const string DefaultTitle = "Cortex Identity";

    private const int MaxTitleLength = 40;

    public static ConsoleOptions Read(SettingsReader settings, Uri publicUrl)
    {
        var isOn = settings.ReadFlag("CONSOLE", defaultValue: true, yes: "on", no: "off");
        if (isOn && publicUrl.AbsolutePath != "/")
        {
            // Its pages load /assets and call /api, which lead past the path on a browser's side of the proxy.
            settings.Warn("PUBLIC_URL", "has a path, so the web console, which works only at the root of an address, is off");
            isOn = false;
        }

        return new(isOn, ReadTitle(settings), ConsoleLogo.Read(settings), AccentColor.Read(settings));
    }

    private static string ReadTitle(SettingsReader settings)
    {
        var title = settings.ReadText("CONSOLE_TITLE") ?? DefaultTitle;
        if (title.Length > MaxTitleLength || title.Any(char.IsControl))
        {
            settings.AddError("CONSOLE_TITLE", $"must be a single line of 1 to {MaxTitleLength} characters");
        }

        return title;
    }
}
