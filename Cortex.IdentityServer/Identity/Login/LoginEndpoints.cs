using System.Diagnostics;
using System.Security.Claims;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Sessions;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cortex.IdentityServer.Identity.Login;

/// <summary>Logging in, in one step or in two.</summary>
internal static class LoginEndpoints
{
    /// <summary>Log in</summary>
    /// <remarks>
    /// If the account has a second factor and no code was sent, the answer is the problem <c>two_factor_required</c> with a <c>two_factor_token</c> for
    /// /login/2fa.
    /// </remarks>
    internal static async Task<Results<Ok<TokenResponse>, Problem>> LogIn(
        LoginRequest body, PasswordLogin login, HttpContext http, CancellationToken cancellationToken) =>
        body is { TwoFactorCode: not null, RecoveryCode: not null }
            ? OneCode("recovery_code")
            : Answer(http, await login.TryAsync(body, Client.Of(http), cancellationToken));

    /// <summary>Log in: the second step</summary>
    /// <remarks>Five wrong codes make the token void; ten in a row, over all logins, lock the second factor for 15 minutes.</remarks>
    internal static async Task<Results<Ok<TokenResponse>, Problem>> LogInWithSecondFactor(
        TwoFactorLoginRequest body, TwoFactorLogin login, HttpContext http, CancellationToken cancellationToken) => body switch
        {
            { Code: null, RecoveryCode: null } => Problem.Invalid("code", "send code or recovery_code"),
            { Code: not null, RecoveryCode: not null } => OneCode("recovery_code"),
            _ => Answer(http, await login.TryAsync(body, Client.Of(http), cancellationToken)),
        };

    /// <summary>Confirm your identity again</summary>
    /// <remarks>
    /// For ten minutes, this session may use the routes that a stolen token must not reach: those that answer <c>reauthentication_required</c>.
    /// </remarks>
    internal static async Task<Results<NoContent, Problem>> Reauthenticate(
        ReauthenticateRequest body, ClaimsPrincipal caller, Reauthentication reauthentication, HttpContext http, CancellationToken cancellationToken) =>
        await reauthentication.TryAsync(caller.UserId(), caller.SessionId(), body, Client.Of(http), cancellationToken) is { } problem
            ? problem
            : TypedResults.NoContent();

    /// <summary>What a client is told, whatever it logged in with.</summary>
    internal static Results<Ok<TokenResponse>, Problem> Answer(HttpContext http, LoginResult result) => result switch
    {
        LoginResult.Success success => TokenAnswer.Of(http, success.Tokens),
        LoginResult.TwoFactorRequired required => new Problem(Problems.TwoFactorRequired) { TwoFactorToken = required.Token },
        LoginResult.InvalidCredentials => (Problem)Problems.InvalidCredentials,
        LoginResult.InvalidCode => (Problem)Problems.InvalidTwoFactorCode,
        LoginResult.InvalidChallenge => InvalidChallenge,
        LoginResult.Locked locked => Problem.RateLimited(locked.RetryAfter),
        LoginResult.Busy busy => Problem.Busy(busy.RetryAfter),
        LoginResult.AccountDisabled => (Problem)Problems.AccountDisabled,
        LoginResult.EmailNotVerified => (Problem)Problems.EmailNotVerified,
        _ => throw new UnreachableException(),
    };

    public static Problem InvalidChallenge =>
        new(Problems.InvalidToken) { Detail = "This two_factor_token is invalid, was already used or has expired; log in again." };

    private static Problem OneCode(string field) => Problem.Invalid(field, "send either a code or a recovery_code, not both");
}
