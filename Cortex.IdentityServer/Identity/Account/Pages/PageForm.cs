using Microsoft.Net.Http.Headers;

namespace Cortex.IdentityServer.Identity.Account.Pages;

/// <summary>What a page of this server sends back.</summary>
internal static class PageForm
{
    public static async Task<IFormCollection> ReadAsync(HttpContext http, CancellationToken cancellationToken)
    {
        // The form that a page sends, and no parts in it, which may break off in more ways than these small fields are worth.
        if (!MediaTypeHeaderValue.TryParse(http.Request.ContentType, out var type)
            || !type.MediaType.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase))
        {
            throw new BadHttpRequestException("Not a form", StatusCodes.Status415UnsupportedMediaType);
        }

        try
        {
            return await http.Request.ReadFormAsync(cancellationToken);
        }
        catch (InvalidDataException)
        {
            throw new BadHttpRequestException("Not a form that can be read");
        }
    }
}
