using System.Diagnostics;
using System.Security.Claims;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Sessions;
using Cortex.IdentityServer.Identity.TwoFactor;
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
            ? SecondFactorCode.BothSent.ToProblem()
            : Answer(http, await login.TryAsync(body, http.Origin(), cancellationToken));

    /// <summary>Log in: the second step</summary>
    /// <remarks>Five wrong codes make the token void; ten in a row, over all logins, lock the second factor for 15 minutes.</remarks>
    internal static async Task<Results<Ok<TokenResponse>, Problem>> LogInWithSecondFactor(
        TwoFactorLoginRequest body, TwoFactorLogin login, HttpContext http, CancellationToken cancellationToken) => body switch
        {
            { Code: null, RecoveryCode: null } => Refusal.Invalid("code", "send code or recovery_code").ToProblem(),
            { Code: not null, RecoveryCode: not null } => SecondFactorCode.BothSent.ToProblem(),
            _ => Answer(http, await login.TryAsync(body, http.Origin(), cancellationToken)),
        };

    /// <summary>Confirm your identity again</summary>
    /// <remarks>
    /// For ten minutes, this session may use the routes that a stolen token must not reach: those that answer <c>reauthentication_required</c>.
    /// </remarks>
    internal static async Task<Results<NoContent, Problem>> Reauthenticate(
        ReauthenticateRequest body, ClaimsPrincipal caller, Reauthentication reauthentication, HttpContext http, CancellationToken cancellationToken) =>
        await reauthentication.TryAsync(caller.UserId(), caller.SessionId(), body, http.Origin(), cancellationToken) is { } problem
            ? problem.ToProblem()
            : TypedResults.NoContent();

    /// <summary>What a client is told, whatever it logged in with.</summary>
    internal static Results<Ok<TokenResponse>, Problem> Answer(HttpContext http, LoginResult result) => result switch
    {
        LoginResult.Success success => TokenAnswer.Of(http, success.Tokens),
        LoginResult.TwoFactorRequired required => (Problems.TwoFactorRequired with { TwoFactorToken = required.Token }).ToProblem(),
        LoginResult.InvalidCredentials wrong => (Problems.InvalidCredentials with { Limit = wrong.Limit }).ToProblem(),
        LoginResult.InvalidCode => Problems.InvalidTwoFactorCode.ToProblem(),
        LoginResult.InvalidChallenge => InvalidChallenge.ToProblem(),
        LoginResult.Locked locked => Refusal.RateLimited(locked.RetryAfter, locked.Limit).ToProblem(),
        LoginResult.Busy busy => Refusal.Busy(busy.RetryAfter).ToProblem(),
        LoginResult.AccountDisabled => Problems.AccountDisabled.ToProblem(),
        LoginResult.EmailNotVerified => Problems.EmailNotVerified.ToProblem(),
        _ => throw new UnreachableException(),
    };

    public static Refusal InvalidChallenge =>
        Problems.InvalidToken with { Detail = "This two_factor_token is invalid, was already used or has expired; log in again." };
}
