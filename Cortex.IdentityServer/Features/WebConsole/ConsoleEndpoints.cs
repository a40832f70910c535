using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.WebConsole;

/// <summary>Serves the console's page and files.</summary>
internal static class ConsoleEndpoints
{
    private const string Forever = "public, max-age=31536000, immutable";

    /// <summary>A file whose name stays the same changes with an update, and a revalidation costs only a few bytes.</summary>
    private const string FiveMinutes = "public, max-age=300";

    /// <summary>Serves the page at the root to clients that accept HTML or anything; other clients get 404, as before there was a console.</summary>
    internal static Task ShowHome(ConsoleFiles files, HttpContext http) =>
        http.NegotiateHtml() ? ShowPage(files, http) : Problems.NotFound.ToProblem().ExecuteAsync(http);

    /// <summary>Serves the page at any other of the console's addresses. Its script shows what belongs there.</summary>
    internal static async Task ShowPage(ConsoleFiles files, HttpContext http)
    {
        var page = await files.PageAsync();
        var response = http.Response;
        ConsoleHeaders.WriteForPage(response.Headers);
        response.Headers.CacheControl = "no-store";
        response.ContentType = "text/html; charset=utf-8";
        response.ContentLength = page.Length;
        if (!HttpMethods.IsHead(http.Request.Method))
        {
            await response.Body.WriteAsync(page, http.RequestAborted);
        }
    }

    /// <summary>Serves a file whose name contains a hash.</summary>
    internal static Task GetAsset(string? name, ConsoleFiles files, HttpContext http) =>
        SendAsync(files, ConsoleFiles.AssetPrefix + name, Forever, http);

    /// <summary>Serves a file at the root.</summary>
    internal static Task GetRootFile(ConsoleFiles files, HttpContext http) =>
        SendAsync(files, http.Request.Path.Value!.Trim('/'), FiveMinutes, http);

    private static async Task SendAsync(ConsoleFiles files, string name, string cacheControl, HttpContext http)
    {
        if (await files.FindAsync(name) is not { } file)
        {
            // An HTML page here would be run as a script by a browser that still shows an older console.
            await Problems.NotFound.ToProblem().ExecuteAsync(http);
            return;
        }

        var headers = http.Response.Headers;
        ConsoleHeaders.WriteForFile(headers);
        headers.ContentSecurityPolicy = file.Policy;
        await CompressedFileResponse.SendAsync(http, file.Content, file.Type, cacheControl);
    }
}
