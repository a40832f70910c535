using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.WebConsole;

/// <summary>A file of the console other than its HTML page.</summary>
/// <param name="Content">Its bytes in all encodings.</param>
/// <param name="Type">Its content type.</param>
/// <param name="Policy">Its content security policy, for somebody who opens it by itself.</param>
internal sealed record ConsoleFile(CompressedFile Content, string Type, string Policy)
{
    private const string NothingPolicy = "default-src 'none'; frame-ancestors 'none'";

    /// <summary>Images may have styles of their own, but a script in one must never run in this origin.</summary>
    private const string SvgPolicy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox";

    /// <summary>Creates a file whose type is known by the extension of its name.</summary>
    public static ConsoleFile Of(string name, CompressedFile content)
    {
        var extension = Path.GetExtension(name).ToLowerInvariant();
        return new(content, TypeOf(extension), extension == ".svg" ? SvgPolicy : NothingPolicy);
    }

    private static string TypeOf(string extension) => extension switch
    {
        ".js" or ".mjs" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".svg" => "image/svg+xml",
        ".png" => "image/png",
        ".jpg" => "image/jpeg",
        ".webp" => "image/webp",
        ".ico" => "image/x-icon",
        ".woff2" => "font/woff2",
        ".json" or ".map" => MediaTypes.Json,
        ".webmanifest" => "application/manifest+json",
        ".txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    };
}
