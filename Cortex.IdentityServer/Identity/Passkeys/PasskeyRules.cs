using System.Collections.Frozen;
using Cortex.IdentityServer.Foundation.Http;
using Microsoft.AspNetCore.Identity;

namespace Cortex.IdentityServer.Identity.Passkeys;

/// <summary>Configures Identity's passkey options: the relying party's id and the accepted origins come from the operator's settings.</summary>
internal static class PasskeyRules
{
    /// <summary>Browsers treat this host as secure without https.</summary>
    private const string LocalHost = "localhost";

    public static IdentityPasskeyOptions For(HttpOptions http, PasskeyOptions passkeys, string userVerification)
    {
        var pages = Pages(http).ToFrozenSet(WebOrigin.Comparer);

        // These are compared case-sensitively, because the hash in an Android app's origin is case-sensitive.
        var named = passkeys.Origins.ToFrozenSet(StringComparer.Ordinal);
        return new()
        {
            ServerDomain = http.PublicUrl.IdnHost,
            ChallengeSize = 32,
            AuthenticatorTimeout = PasskeyChallenges.Lifetime,

            // Otherwise, users would have to enter their email before they log in.
            ResidentKeyRequirement = "required",
            UserVerificationRequirement = userVerification,

            // No decision depends on the make of an authenticator, and browsers ask the user for consent before they reveal it.
            AttestationConveyancePreference = "none",

            // Users can't see which site they are responding to inside another site's frame (WebAuthn section 13.4.9).
            ValidateOrigin = context => ValueTask.FromResult(
                !context.CrossOrigin && context.TopOrigin is null && (pages.Contains(context.Origin) || named.Contains(context.Origin))),
        };
    }

    /// <summary>
    /// Whether browsers offer passkeys at an address: they require a secure context, and a domain name rather than an IP address (WebAuthn section 5.1.3).
    /// </summary>
    public static bool CanBeUsedAt(Uri publicUrl) =>
        publicUrl.HostNameType == UriHostNameType.Dns
        && (publicUrl.Scheme == Uri.UriSchemeHttps
            || publicUrl.IdnHost.Equals(LocalHost, StringComparison.OrdinalIgnoreCase)
            || publicUrl.IdnHost.EndsWith($".{LocalHost}", StringComparison.OrdinalIgnoreCase));

    /// <summary>This server's own origin, those in <c>CORS_ORIGINS</c>, and those in <c>PASSKEY_ORIGINS</c>; <c>*</c> isn't an origin.</summary>
    public static IEnumerable<string> Origins(HttpOptions http, PasskeyOptions passkeys) =>
        Pages(http).Concat(passkeys.Origins).Distinct(StringComparer.Ordinal);

    private static IEnumerable<string> Pages(HttpOptions http) =>
        http.CorsOrigins.Where(origin => origin != HttpOptions.AnyOrigin).Prepend(WebOrigin.Of(http.PublicUrl));
}
