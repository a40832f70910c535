using System.Diagnostics;
using System.Security.Claims;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Sessions;
using Cortex.IdentityServer.Identity.TwoFactor;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cortex.IdentityServer.Identity.Login;

/// <summary>The endpoints for logging in with a password, in one or two steps.</summary>
internal static class LoginEndpoints
{
    /// <summary>Log in</summary>
    /// <remarks>
    /// If the account has a second factor and the request contains no code, the response is the problem <c>two_factor_required</c>, with a
    /// <c>two_factor_token</c> for /login/2fa.
    /// </remarks>
    internal static async Task<Results<Ok<TokenResponse>, Problem>> LogIn(
        LoginRequest body, PasswordLogin login, LoginMetrics metrics, HttpContext http, CancellationToken cancellationToken) =>
        body is { TwoFactorCode: not null, RecoveryCode: not null }
            ? SecondFactorCode.BothSent.ToProblem()
            : Answer(http, metrics, LoginMetrics.Password, await login.TryAsync(body, http.Origin(), cancellationToken));

    /// <summary>Log in: the second step</summary>
    /// <remarks>Five wrong codes invalidate the token. Ten wrong codes in a row, across all logins, lock the second factor for 15 minutes.</remarks>
    internal static async Task<Results<Ok<TokenResponse>, Problem>> LogInWithSecondFactor(
        TwoFactorLoginRequest body, TwoFactorLogin login, LoginMetrics metrics, HttpContext http, CancellationToken cancellationToken) => body switch
        {
            { Code: null, RecoveryCode: null } => Refusal.Invalid("code", "send code or recovery_code").ToProblem(),
            { Code: not null, RecoveryCode: not null } => SecondFactorCode.BothSent.ToProblem(),
            _ => Answer(http, metrics, LoginMetrics.SecondFactor, await login.TryAsync(body, http.Origin(), cancellationToken)),
        };

    /// <summary>Confirm your identity again</summary>
    /// <remarks>
    /// For the next ten minutes, this session can use the routes that respond with <c>reauthentication_required</c> otherwise. They are protected because an
    /// access token could have been stolen.
    /// </remarks>
    internal static async Task<Results<NoContent, Problem>> Reauthenticate(
        ReauthenticateRequest body, ClaimsPrincipal caller, Reauthentication reauthentication, HttpContext http, CancellationToken cancellationToken) =>
        await reauthentication.TryAsync(caller.UserId(), caller.SessionId(), body, http.Origin(), cancellationToken) is { } problem
            ? problem.ToProblem()
            : TypedResults.NoContent();

    /// <summary>Counts the outcome of a step, and returns its response, which is the same for every kind of credential.</summary>
    internal static Results<Ok<TokenResponse>, Problem> Answer(HttpContext http, LoginMetrics metrics, string step, LoginResult result)
    {
        metrics.Count(step, result);
        return result switch
        {
            LoginResult.Success success => TokenResult.Of(http, success.Tokens),
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
    }

    public static Refusal InvalidChallenge =>
        Problems.InvalidToken with { Detail = "This two_factor_token is invalid, already used, or expired. Log in again." };
}
