using System.Text;
using Microsoft.Extensions.Hosting;

namespace Cortex.IdentityServer.Tests.Configuration;

public sealed class ConsoleVariableTests : IDisposable
{
    private const string Svg = """<svg xmlns="http://www.w3.org/2000/svg"/>""";

    private static readonly byte[] Png = [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0d, 0x0a, 0x1a, 0x0a, 0];

    private readonly string _folder = Directory.CreateTempSubdirectory("cx-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void By_default_the_console_is_on_and_looks_like_itself()
    {
        var read = Variables.Read(Environments.Production);

        Assert.True(read.Console.IsOn);
        Assert.Equal("Cortex Identity", read.Console.Title);
        Assert.Null(read.Console.Logo);
        Assert.Null(read.Console.Accent);
        Assert.Empty(read.Warnings);
    }

    [Theory]
    [InlineData("off", false)]
    [InlineData("OFF", false)]
    [InlineData("on", true)]
    public void It_can_be_turned_off(string value, bool isOn) => Assert.Equal(isOn, Variables.Read(("CONSOLE", value)).Console.IsOn);

    [Theory]
    [InlineData("https://id.example.com/auth", true)]
    [InlineData("https://id.example.com/auth/", true)]
    [InlineData("https://id.example.com/", false)]
    [InlineData("https://id.example.com", false)]
    public void It_is_off_below_a_path_which_is_a_warning_unless_the_operator_knows(string url, bool isBelowPath)
    {
        var read = Variables.Read(Environments.Production, ("PUBLIC_URL", url));

        Assert.Equal(!isBelowPath, read.Console.IsOn);
        Assert.Equal(
            isBelowPath ? ["PUBLIC_URL has a path, so the web console, which works only at the root of an address, is off."] : [], read.Warnings);
        Assert.Empty(Variables.Read(Environments.Production, ("PUBLIC_URL", url), ("CONSOLE", "off")).Warnings);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("Ada's <identity> & friends")]
    [InlineData("1234567890123456789012345678901234567890")]
    public void A_title_has_up_to_40_characters(string title) => Assert.Equal(title, Variables.Read(("CONSOLE_TITLE", title)).Console.Title);

    [Theory]
    [InlineData("#1f4fd8", "#1f4fd8")]
    [InlineData("#1F4FD8", "#1f4fd8")]
    [InlineData("#000000", "#000000")]
    [InlineData("#767676", "#767676")]
    public void A_color_is_dark_enough_for_white_text(string value, string hex) =>
        Assert.Equal(hex, Variables.Read(("CONSOLE_ACCENT_COLOR", value)).Console.Accent?.Hex);

    /// <remarks>The ratios are those of the WCAG's own examples: #767676 is the lightest gray that passes, with 4.54.</remarks>
    [Theory]
    [InlineData("#777777", "4.4")]
    [InlineData("#ffffff", "1.0")]
    [InlineData("#ff0000", "3.9")]
    [InlineData("#00ff00", "1.3")]
    public void A_light_color_is_refused_with_its_contrast(string value, string contrast) => Assert.Equal(
        $"CONSOLE_ACCENT_COLOR must be darker, because the console writes white text on it: the contrast is {contrast}, and it must be at least 4.5.",
        Assert.Single(Variables.Refusal(Environments.Production, ("CONSOLE_ACCENT_COLOR", value))));

    [Theory]
    [InlineData("CONSOLE", "true")]
    [InlineData("CONSOLE", "no")]
    [InlineData("CONSOLE_TITLE", "12345678901234567890123456789012345678901")]
    [InlineData("CONSOLE_TITLE", "two\nlines")]
    [InlineData("CONSOLE_ACCENT_COLOR", "blue")]
    [InlineData("CONSOLE_ACCENT_COLOR", "1f4fd8")]
    [InlineData("CONSOLE_ACCENT_COLOR", "#14d")]
    [InlineData("CONSOLE_ACCENT_COLOR", "#1f4fd8ff")]
    [InlineData("CONSOLE_ACCENT_COLOR", "#1f4fg8")]
    [InlineData("CONSOLE_ACCENT_COLOR", "#1f4fd8;}*{display:none")]
    [InlineData("CONSOLE_LOGO_FILE", "/nowhere/logo.svg")]
    [InlineData("CONSOLE_LOGO_FILE", "/dev/zero")]
    [InlineData("CONSOLE_LOGO_FILE", "/tmp")]
    [InlineData("CONSOLE_LOGO_FILE", "https://example.com/logo.svg")]
    public void An_invalid_value_stops_the_server_with_one_line_that_names_the_variable(string name, string value)
    {
        var line = Assert.Single(Variables.Refusal(Environments.Production, (name, value)));

        Assert.StartsWith($"{name} must ", line, StringComparison.Ordinal);
        Assert.EndsWith(".", line, StringComparison.Ordinal);
        Assert.DoesNotContain(value, line[name.Length..], StringComparison.Ordinal);
    }

    [Fact]
    public void A_logo_is_recognized_by_its_content()
    {
        Assert.Equal(".svg", LogoOf(Encoding.UTF8.GetBytes(Svg)));
        Assert.Equal(".png", LogoOf(Png));

        // As drawing programs write it.
        Assert.Equal(".svg", LogoOf(Encoding.UTF8.GetBytes($"""
            <?xml version="1.0" encoding="UTF-8" standalone="no"?>
            <!-- Created with a drawing program -->
            <!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
            {Svg}
            """)));
        Assert.Equal(".svg", LogoOf(Encoding.UTF8.GetBytes(Svg.PadRight(64 * 1024))));
    }

    [Theory]
    [InlineData("")]
    [InlineData("GIF89a")]
    [InlineData("<svg/>")]
    [InlineData("<html><svg xmlns=\"http://www.w3.org/2000/svg\"/></html>")]
    [InlineData("<svg xmlns=\"http://www.w3.org/2000/svg\">")]
    [InlineData("<!DOCTYPE svg [<!ENTITY a SYSTEM \"/etc/passwd\">]><svg xmlns=\"http://www.w3.org/2000/svg\">&a;</svg>")]
    public void Another_file_is_refused(string content) =>
        Assert.StartsWith("CONSOLE_LOGO_FILE must name ", Assert.Single(RefusalOf(Encoding.UTF8.GetBytes(content))), StringComparison.Ordinal);

    [Fact]
    public void A_large_logo_is_refused() => Assert.Equal(
        "CONSOLE_LOGO_FILE must name a file of at most 64 KiB that this server may read.",
        Assert.Single(RefusalOf(Encoding.UTF8.GetBytes(Svg.PadRight((64 * 1024) + 1)))));

    private string? LogoOf(byte[] content) => Variables.Read(("CONSOLE_LOGO_FILE", Write(content))).Console.Logo?.Extension;

    private string[] RefusalOf(byte[] content) => Variables.Refusal(Environments.Production, ("CONSOLE_LOGO_FILE", Write(content)));

    private string Write(byte[] content)
    {
        var path = Path.Combine(_folder, Guid.NewGuid().ToString("N"));
        File.WriteAllBytes(path, content);
        return path;
    }
}
