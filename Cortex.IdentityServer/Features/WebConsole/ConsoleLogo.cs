using System.Xml;
using Cortex.IdentityServer.Foundation.Configuration;

namespace Cortex.IdentityServer.Features.WebConsole;

/// <summary>The operator's logo.</summary>
/// <param name="Content">The file's bytes.</param>
/// <param name="Extension">The extension of the file, which decides its type: <c>.svg</c> or <c>.png</c>.</param>
internal sealed record ConsoleLogo(byte[] Content, string Extension)
{
    private const string Name = "CONSOLE_LOGO_FILE";
    private const string Svg = ".svg";
    private const int MaxBytes = 64 * 1024;

    /// <summary>The first bytes of every PNG file.</summary>
    private static readonly byte[] PngSignature = [0x89, (byte)'P', (byte)'N', (byte)'G', (byte)'\r', (byte)'\n', 0x1a, (byte)'\n'];

    /// <summary>Reads and checks the file. Commands don't need it, and may run where it isn't mounted.</summary>
    public static ConsoleLogo? Read(SettingsReader settings)
    {
        if (settings.ReadText(Name) is not { } path || !settings.Serves)
        {
            return null;
        }

        if (ReadFile(path) is not { } content)
        {
            settings.AddError(Name, $"must name a file of at most {MaxBytes / 1024} KiB that this server may read");
            return null;
        }

        if (ExtensionOf(content) is not { } extension)
        {
            settings.AddError(Name, "must name an SVG or PNG image");
            return null;
        }

        return new(content, extension);
    }

    private static byte[]? ReadFile(string path)
    {
        try
        {
            // A device such as /dev/zero has no length, and never ends.
            return new FileInfo(path).Length is > 0 and <= MaxBytes ? File.ReadAllBytes(path) : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    /// <summary>Recognizes the format by the content, because browsers show nothing if it doesn't match its type.</summary>
    private static string? ExtensionOf(byte[] content) => content.AsSpan().StartsWith(PngSignature) ? ".png" : IsSvg(content) ? Svg : null;

    private static bool IsSvg(byte[] content)
    {
        try
        {
            // The drawing programs' files begin with a DOCTYPE, which is skipped: nothing is loaded, and no entity is expanded.
            using var reader = XmlReader.Create(new MemoryStream(content), new() { DtdProcessing = DtdProcessing.Ignore, XmlResolver = null });
            var isSvg = reader.MoveToContent() == XmlNodeType.Element && reader is { LocalName: "svg", NamespaceURI: "http://www.w3.org/2000/svg" };
            while (reader.Read())
            {
                // Read to the end, because browsers don't show an SVG image that isn't well-formed.
            }

            return isSvg;
        }
        catch (XmlException)
        {
            return false;
        }
    }
}
