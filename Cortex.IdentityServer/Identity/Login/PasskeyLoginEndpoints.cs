using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Passkeys;
using Cortex.IdentityServer.Identity.Sessions;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cortex.IdentityServer.Identity.Login;

/// <summary>The endpoints for logging in with a passkey, either alone or as a second factor.</summary>
internal static class PasskeyLoginEndpoints
{
    /// <summary>Start a login with a passkey</summary>
    /// <remarks>Returns the options for <c>navigator.credentials.get()</c>. They don't name an account, because the passkey identifies it.</remarks>
    internal static async Task<Ok<PasskeyOptionsResponse>> BeginPasskeyLogin(
        PasskeyLoginOptionsRequest? _, PasskeyLogin login, CancellationToken cancellationToken) =>
        TypedResults.Ok(await login.BeginAsync(cancellationToken));

    /// <summary>Log in with a passkey</summary>
    /// <remarks>
    /// If the authenticator verified its user (with a PIN, fingerprint, or face), the passkey counts as both factors. If it didn't and the account has a second
    /// factor, the response is the problem <c>two_factor_required</c> with a <c>two_factor_token</c>, as after a password.
    /// </remarks>
    internal static async Task<Results<Ok<TokenResponse>, Problem>> LogInWithPasskey(
        PasskeyLoginRequest body, PasskeyLogin login, LoginMetrics metrics, HttpContext http, CancellationToken cancellationToken) =>
        Answer(http, metrics, LoginMetrics.Passkey, await login.TryAsync(new(body.PasskeyToken, body.Credential), http.Origin(), cancellationToken));

    /// <summary>Start the second step of a login with a passkey</summary>
    /// <remarks>
    /// Returns the options for <c>navigator.credentials.get()</c>, which list the account's passkeys. The request doesn't count as an attempt.
    /// </remarks>
    internal static async Task<Results<Ok<PasskeyOptionsResponse>, Problem>> BeginPasskeySecondFactor(
        PasskeySecondFactorOptionsRequest body, PasskeySecondFactor secondFactor, CancellationToken cancellationToken) =>
        await secondFactor.BeginAsync(body.TwoFactorToken, cancellationToken) switch
        {
            null => LoginEndpoints.InvalidChallenge.ToProblem(),

            // With an empty list, a browser would offer any passkey.
            { AllowsNone: true } => (Problems.NotFound with { Detail = "This account has no passkey. Send a code to /api/v1/auth/login/2fa." }).ToProblem(),
            var options => TypedResults.Ok(options),
        };

    /// <summary>Log in: the second step, with a passkey</summary>
    /// <remarks>The authenticator must verify its user. A wrong response counts as a wrong code, as at /login/2fa.</remarks>
    internal static async Task<Results<Ok<TokenResponse>, Problem>> LogInWithPasskeySecondFactor(
        PasskeySecondFactorRequest body, PasskeySecondFactor secondFactor, LoginMetrics metrics, HttpContext http, CancellationToken cancellationToken) =>
        Answer(
            http, metrics, LoginMetrics.SecondFactor,
            await secondFactor.TryAsync(body.TwoFactorToken, new(body.PasskeyToken, body.Credential), http.Origin(), cancellationToken));

    public static Refusal NotAccepted => Problems.InvalidCredentials with { Detail = "This passkey was not accepted. Request new options and try again." };

    private static Results<Ok<TokenResponse>, Problem> Answer(HttpContext http, LoginMetrics metrics, string step, LoginResult result)
    {
        var answer = LoginEndpoints.Answer(http, metrics, step, result);
        return result switch
        {
            // The response is the same for every reason, so it doesn't reveal what was wrong with the passkey.
            LoginResult.InvalidCredentials => NotAccepted.ToProblem(),
            LoginResult.InvalidCode =>
                (Problems.InvalidTwoFactorCode with { Detail = "This passkey was not accepted. Request new options and try again, or send a code." })
                    .ToProblem(),
            _ => answer,
        };
    }
}
