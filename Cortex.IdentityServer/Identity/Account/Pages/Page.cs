using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;

namespace Cortex.IdentityServer.Identity.Account.Pages;

/// <summary>A small HTML page without scripts.</summary>
/// <param name="Title">The title and heading.</param>
/// <param name="Text">The text of the page.</param>
/// <param name="Rest">Further HTML, such as a form, or null if there is none.</param>
/// <param name="Status">The HTTP status code.</param>
internal sealed record Page(string Title, string Text, string? Rest = null, int Status = StatusCodes.Status200OK) : IResult
{
    private const string Style =
        "body{font:1rem/1.5 system-ui,sans-serif;max-width:30rem;margin:3rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}"
        + "h1{font-size:1.4rem}label{display:block;font-weight:600}input{font:inherit;width:100%;box-sizing:border-box;padding:.5rem;margin:.25rem 0 "
        + "1rem;border:1px solid #767676}"
        + "button{font:inherit;padding:.6rem 1.2rem;border:0;background:#1f4fd8;color:#fff;cursor:pointer}:focus-visible{outline:3px solid "
        + "#1a1a1a;outline-offset:2px}[role=alert]{color:#a40000}a{color:inherit}"
        + "@media(prefers-color-scheme:dark){body,:focus-visible{color:#eee;background:#16181d;outline-color:#eee}"
        + "input{color:#eee;background:#16181d}[role=alert]{color:#ff9d9d}}";

    /// <summary>
    /// The content security policy allows only this style sheet: no scripts, images, or framing, and forms can be submitted only to this server.
    /// </summary>
    private static readonly string Policy =
        $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)))}'; form-action 'self'; "
            + "frame-ancestors 'none'; base-uri 'none'";

    /// <summary>The Cache-Control header. By default, caches must not store the page, because its URL and form may contain a token.</summary>
    public string CacheControl { get; init; } = "no-store";

    public static string Encode(string text) => HtmlEncoder.Default.Encode(text);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = Status;
        response.ContentType = "text/html; charset=utf-8";
        response.Headers.ContentSecurityPolicy = Policy;
        response.Headers.CacheControl = CacheControl;
        if (!HttpMethods.IsHead(httpContext.Request.Method))
        {
            await response.WriteAsync(
                $"""
                <!DOCTYPE html>
                <html lang="en">
                <head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">
                <title>{Encode(Title)}</title><style>{Style}</style></head>
                <body><main><h1>{Encode(Title)}</h1><p>{Encode(Text)}</p>{Rest}</main></body>
                </html>

                """,
                httpContext.RequestAborted);
        }
    }
}
