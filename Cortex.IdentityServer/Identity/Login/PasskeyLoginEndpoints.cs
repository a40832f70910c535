using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Passkeys;
using Cortex.IdentityServer.Identity.Sessions;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cortex.IdentityServer.Identity.Login;

/// <summary>Logging in with a passkey: alone, or after a password.</summary>
internal static class PasskeyLoginEndpoints
{
    /// <summary>Start a login with a passkey</summary>
    /// <remarks>Returns the options for <c>navigator.credentials.get()</c>. They name no account: the passkey that answers tells whose it is.</remarks>
    internal static async Task<Ok<PasskeyOptionsResponse>> BeginPasskeyLogin(
        PasskeyLoginOptionsRequest? _, PasskeyLogin login, CancellationToken cancellationToken) =>
        TypedResults.Ok(await login.BeginAsync(cancellationToken));

    /// <summary>Log in with a passkey</summary>
    /// <remarks>
    /// If the authenticator verified its user (PIN, finger, face), the passkey counts as both factors. If it didn't and the account has a second factor, the
    /// answer is the problem <c>two_factor_required</c> with a <c>two_factor_token</c>, as after a password.
    /// </remarks>
    internal static async Task<Results<Ok<TokenResponse>, Problem>> LogInWithPasskey(
        PasskeyLoginRequest body, PasskeyLogin login, HttpContext http, CancellationToken cancellationToken) =>
        Answer(http, await login.TryAsync(new(body.PasskeyToken, body.Credential), http.Origin(), cancellationToken));

    /// <summary>Start the second step of a login with a passkey</summary>
    /// <remarks>Returns the options for <c>navigator.credentials.get()</c>, which name the account's passkeys. This doesn't count as an attempt.</remarks>
    internal static async Task<Results<Ok<PasskeyOptionsResponse>, Problem>> BeginPasskeySecondFactor(
        PasskeySecondFactorOptionsRequest body, PasskeySecondFactor secondFactor, CancellationToken cancellationToken) =>
        await secondFactor.BeginAsync(body.TwoFactorToken, cancellationToken) switch
        {
            null => LoginEndpoints.InvalidChallenge.ToProblem(),

            // With an empty list a browser would offer whatever passkey it finds.
            { AllowsNone: true } => (Problems.NotFound with { Detail = "This account has no passkey; send a code to /api/v1/auth/login/2fa." }).ToProblem(),
            var options => TypedResults.Ok(options),
        };

    /// <summary>Log in: the second step, with a passkey</summary>
    /// <remarks>The authenticator has to verify its user. A wrong answer counts as a wrong code does at /login/2fa.</remarks>
    internal static async Task<Results<Ok<TokenResponse>, Problem>> LogInWithPasskeySecondFactor(
        PasskeySecondFactorRequest body, PasskeySecondFactor secondFactor, HttpContext http, CancellationToken cancellationToken) =>
        Answer(http, await secondFactor.TryAsync(body.TwoFactorToken, new(body.PasskeyToken, body.Credential), http.Origin(), cancellationToken));

    public static Refusal NotAccepted => Problems.InvalidCredentials with { Detail = "This passkey was not accepted; ask for new options and try again." };

    private static Results<Ok<TokenResponse>, Problem> Answer(HttpContext http, LoginResult result) => result switch
    {
        // One answer for whatever was wrong with it.
        LoginResult.InvalidCredentials => NotAccepted.ToProblem(),
        LoginResult.InvalidCode =>
            (Problems.InvalidTwoFactorCode with { Detail = "This passkey was not accepted; ask for new options and try again, or send a code." }).ToProblem(),
        _ => LoginEndpoints.Answer(http, result),
    };
}
