using Cortex.IdentityServer.Foundation.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cortex.IdentityServer.Identity.Passkeys;

/// <summary>Tells browsers which other sites may use the passkeys of this server's domain.</summary>
internal static class RelatedOriginsEndpoint
{
    public const string Path = "/.well-known/webauthn";

    /// <summary>List the websites whose pages may use passkeys</summary>
    /// <remarks>
    /// Supports related origin requests (WebAuthn Level 3, section 5.11): a browser reads this document when a page of another site requests a passkey for this
    /// server's domain. It lists the https origins in <c>PUBLIC_URL</c>, <c>CORS_ORIGINS</c> and <c>PASSKEY_ORIGINS</c>. Browsers accept at most five different
    /// sites.
    /// </remarks>
    internal static Ok<RelatedOriginsResponse> GetRelatedOrigins(HttpOptions http, PasskeyOptions passkeys, HttpContext context)
    {
        context.Response.Headers.CacheControl = PasskeysFeature.DocumentCacheControl;
        return TypedResults.Ok(
            new RelatedOriginsResponse([.. PasskeyRules.Origins(http, passkeys).Where(origin => origin.StartsWith("https://", StringComparison.Ordinal))]));
    }
}
