using Cortex.IdentityServer.Foundation.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cortex.IdentityServer.Identity.Passkeys;

/// <summary>Tells password managers where people create and manage their passkeys.</summary>
internal static class PasskeyPagesEndpoint
{
    public const string Path = "/.well-known/passkey-endpoints";

    /// <summary>The page of the web console that lists a user's passkeys.</summary>
    private const string SecurityPath = "/account/security";

    /// <summary>Find the pages for passkeys</summary>
    /// <remarks>
    /// Names the pages on which people create and manage passkeys (the W3C's "A Well-Known URL for Relying Party Passkey Endpoints"). Password managers read
    /// this document to offer a passkey to people who log in with a password.
    /// </remarks>
    internal static Ok<PasskeyPagesResponse> GetPasskeyPages(HttpOptions http, HttpContext context)
    {
        context.Response.Headers.CacheControl = PasskeysFeature.DocumentCacheControl;
        var page = http.Issuer + SecurityPath;
        return TypedResults.Ok(new PasskeyPagesResponse(page, page));
    }
}
