using System.IO.Compression;
using System.Text;

namespace Cortex.IdentityServer.Tests.Infrastructure;

/// <summary>A folder with the same kinds of files as the web console, made once for a test run.</summary>
internal static class ConsoleStandIn
{
    public const string Script = "assets/index-B4tq0m1s.js";
    public const string StyleSheet = "assets/index-Dk3x9aTz.css";
    public const string Picture = "assets/logo-C0ffee00.svg";
    public const string Font = "assets/fonts/inter-Ab12Cd34.woff2";
    public const string Manifest = "manifest.webmanifest";

    /// <summary>As the build of the console writes it.</summary>
    public const string Html =
        $"""
        <!doctype html>
        <html lang="en">
          <head>
            <meta charset="utf-8" />
            <meta name="console-title" content="Cortex Identity" />
            <meta name="console-logo" content="" />
            <title>Cortex Identity</title>
            <script type="module" crossorigin src="/{Script}"></script>
            <link rel="stylesheet" crossorigin href="/{StyleSheet}">
          </head>
          <body>
            <div id="root">Cortex Identity</div>
          </body>
        </html>

        """;

    private static readonly Lazy<string> Made = new(Make);

    public static string Folder => Made.Value;

    /// <summary>The content of a file that is also compressed.</summary>
    public static byte[] ContentOf(string name) =>
        Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat($"/* {name}: text that is worth compressing */\n", 100)));

    private static string Make()
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "data", "console-" + Guid.NewGuid().ToString("N"));
        Write(folder, "index.html", Encoding.UTF8.GetBytes(Html));
        foreach (var name in new[] { Script, StyleSheet, Picture })
        {
            var content = ContentOf(name);
            Write(folder, name, content);
            Write(folder, name + ".br", Compress(content, target => new BrotliStream(target, CompressionLevel.Optimal)));
            Write(folder, name + ".gz", Compress(content, target => new GZipStream(target, CompressionLevel.Optimal)));
        }

        Write(folder, Font, [0x77, 0x4f, 0x46, 0x32]);
        Write(folder, Manifest, "{}"u8.ToArray());
        Write(folder, ".vite/manifest.json", "{}"u8.ToArray());
        return folder;
    }

    private static void Write(string folder, string name, byte[] content)
    {
        var path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
    }

    private static byte[] Compress(byte[] content, Func<Stream, Stream> compress)
    {
        using var target = new MemoryStream();
        using (var stream = compress(target))
        {
            stream.Write(content);
        }

        return target.ToArray();
    }
}
