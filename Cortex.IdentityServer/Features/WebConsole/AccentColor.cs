using System.Globalization;
using Cortex.IdentityServer.Foundation.Configuration;

namespace Cortex.IdentityServer.Features.WebConsole;

/// <summary>A color on which white text can be read.</summary>
/// <param name="Hex">The color as in CSS: <c>#rrggbb</c>, in lower case.</param>
internal sealed record AccentColor(string Hex)
{
    private const string Name = "CONSOLE_ACCENT_COLOR";

    /// <summary>The minimum for text of normal size (WCAG 2.2, success criterion 1.4.3).</summary>
    private const double MinContrast = 4.5;

    /// <summary>The style sheet that overrides the console's own color.</summary>
    public string StyleSheet => $":root{{--brand:{Hex}}}";

    public static AccentColor? Read(SettingsReader settings)
    {
        if (settings.ReadText(Name) is not { } text)
        {
            return null;
        }

        if (text is not ['#', _, _, _, _, _, _] || !text.Skip(1).All(char.IsAsciiHexDigit))
        {
            settings.AddError(Name, "must be a color in the form #rrggbb");
            return null;
        }

        if (ContrastWithWhite(text) is var contrast && contrast < MinContrast)
        {
            settings.AddError(Name, string.Create(
                CultureInfo.InvariantCulture,
                $"must be darker, because the console writes white text on it: the contrast is {Math.Floor(contrast * 10) / 10:0.0}, and it must be at least "
                    + $"{MinContrast:0.0}"));
            return null;
        }

        return new(text.ToLowerInvariant());
    }

    /// <summary>The contrast ratio, from 1 (white) to 21 (black), as WCAG 2.2 defines it.</summary>
    private static double ContrastWithWhite(string hex)
    {
        var luminance = (0.2126 * Linear(hex.AsSpan(1, 2))) + (0.7152 * Linear(hex.AsSpan(3, 2))) + (0.0722 * Linear(hex.AsSpan(5, 2)));
        return 1.05 / (luminance + 0.05);
    }

    private static double Linear(ReadOnlySpan<char> hex)
    {
        var value = byte.Parse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) / 255d;
        return value <= 0.04045 ? value / 12.92 : Math.Pow((value + 0.055) / 1.055, 2.4);
    }
}
