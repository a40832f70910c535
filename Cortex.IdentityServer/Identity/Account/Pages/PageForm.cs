using Microsoft.Net.Http.Headers;

namespace Cortex.IdentityServer.Identity.Account.Pages;

/// <summary>Reads the forms submitted by this server's pages.</summary>
internal static class PageForm
{
    public static async Task<IFormCollection> ReadAsync(HttpContext http, CancellationToken cancellationToken)
    {
        // Only URL-encoded forms, which the pages send, are accepted. Multipart bodies would need far more error handling.
        if (!MediaTypeHeaderValue.TryParse(http.Request.ContentType, out var type)
            || !type.MediaType.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase))
        {
            throw new BadHttpRequestException("The body isn't a URL-encoded form.", StatusCodes.Status415UnsupportedMediaType);
        }

        try
        {
            return await http.Request.ReadFormAsync(cancellationToken);
        }
        catch (InvalidDataException)
        {
            throw new BadHttpRequestException("The form could not be read.");
        }
    }
}
