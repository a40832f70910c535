using System.Security.Claims;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Passkeys;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cortex.IdentityServer.Identity.Login;

/// <summary>The endpoints for confirming one's identity again with a passkey.</summary>
internal static class PasskeyReauthenticationEndpoints
{
    /// <summary>Start confirming your identity with a passkey</summary>
    /// <remarks>
    /// Returns the options for <c>navigator.credentials.get()</c>, which list the caller's passkeys. Only this session can use them. The request doesn't count
    /// as an attempt.
    /// </remarks>
    internal static async Task<Results<Ok<PasskeyOptionsResponse>, Problem>> BeginPasskeyReauthentication(
        PasskeyReauthenticationOptionsRequest? _, ClaimsPrincipal caller, PasskeyReauthentication reauthentication, CancellationToken cancellationToken) =>
        await reauthentication.BeginAsync(caller.UserId(), caller.SessionId(), cancellationToken) switch
        {
            null => Problems.SessionRevoked.ToProblem(),

            // With an empty list, a browser would offer any passkey.
            { AllowsNone: true } =>
                (Problems.NotFound with { Detail = "This account has no passkey. Send the password to /api/v1/auth/reauthenticate." }).ToProblem(),
            var options => TypedResults.Ok(options),
        };

    /// <summary>Confirm your identity again with a passkey</summary>
    /// <remarks>
    /// Has the same effect as /reauthenticate. The authenticator must verify its user (with a PIN, fingerprint, or face), so no code is needed. A wrong
    /// response counts as a wrong code.
    /// </remarks>
    internal static async Task<Results<NoContent, Problem>> ReauthenticateWithPasskey(
        PasskeyReauthenticationRequest body, ClaimsPrincipal caller, PasskeyReauthentication reauthentication, HttpContext http,
        CancellationToken cancellationToken) =>
        await reauthentication.TryAsync(
            caller.UserId(), caller.SessionId(), new(body.PasskeyToken, body.Credential), http.Origin(), cancellationToken) is { } problem
            ? problem.ToProblem()
            : TypedResults.NoContent();
}
