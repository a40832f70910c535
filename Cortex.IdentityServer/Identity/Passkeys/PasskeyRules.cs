using System.Collections.Frozen;
using Cortex.IdentityServer.Foundation.Http;
using Microsoft.AspNetCore.Identity;

namespace Cortex.IdentityServer.Identity.Passkeys;

/// <summary>Identity's passkey options as this server wants them: who it is, and from where it may be asked, is the operator's to say.</summary>
internal static class PasskeyRules
{
    public static IdentityPasskeyOptions For(HttpOptions http, PasskeyOptions passkeys, string userVerification)
    {
        var pages = Pages(http).ToFrozenSet(WebOrigin.Comparer);

        // In exactly this case: the hash in an Android app's origin tells capitals and small letters apart.
        var named = passkeys.Origins.ToFrozenSet(StringComparer.Ordinal);
        return new()
        {
            ServerDomain = http.PublicUrl.IdnHost,
            ChallengeSize = 32,
            AuthenticatorTimeout = PasskeyChallenges.Lifetime,

            // Or nobody could log in without first saying who they are.
            ResidentKeyRequirement = "required",
            UserVerificationRequirement = userVerification,

            // What make an authenticator is decides nothing here, and browsers ask people's leave to tell it.
            AttestationConveyancePreference = "none",

            // In somebody else's frame a person can't see whom they answer (WebAuthn 13.4.9).
            ValidateOrigin = context => ValueTask.FromResult(
                !context.CrossOrigin && context.TopOrigin is null && (pages.Contains(context.Origin) || named.Contains(context.Origin))),
        };
    }

    /// <summary>This server's own, those whose scripts may call it, and those that the operator named besides; <c>*</c> is nobody's origin.</summary>
    public static IEnumerable<string> Origins(HttpOptions http, PasskeyOptions passkeys) =>
        Pages(http).Concat(passkeys.Origins).Distinct(StringComparer.Ordinal);

    private static IEnumerable<string> Pages(HttpOptions http) =>
        http.CorsOrigins.Where(origin => origin != HttpOptions.AnyOrigin).Prepend(WebOrigin.Of(http.PublicUrl));
}
