using System.Security.Claims;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Login;
using Cortex.IdentityServer.Identity.Passwords;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Cortex.IdentityServer.Identity.Account;

/// <summary>The account itself: made, shown, changed, exported, deleted.</summary>
internal static class AccountEndpoints
{
    /// <summary>Register</summary>
    /// <remarks>
    /// Creates an account. If the operator requires verified emails, the answer is 202 whether the email is taken or not, and nobody can log in to the account
    /// until its email is verified.
    /// </remarks>
    internal static async Task<Results<Created<UserResponse>, Accepted<RegistrationAccepted>, Problem>> Register(
        RegisterRequest body, Registration registration, HttpContext http, AccountOptions options, LoginOptions login, CancellationToken cancellationToken)
    {
        if (!options.IsRegistrationOpen)
        {
            return (Problems.Forbidden with { Detail = "Registration is closed on this server." }).ToProblem();
        }

        if (!EmailAddress.TryNormalize(body.Email, out var email, out var reason))
        {
            return Refusal.Invalid("email", reason).ToProblem();
        }

        if (PasswordRules.FindWeakness(body.Password, email) is { } weakness)
        {
            return PasswordChange.Weak("password", weakness).ToProblem();
        }

        return await registration.TryAsync(email, body.Password, http.Origin(), cancellationToken) switch
        {
            RegistrationResult.Busy busy => Refusal.Busy(busy.RetryAfter).ToProblem(),
            RegistrationResult.Invalid invalid => Refusal.Invalid("email", invalid.Reason).ToProblem(),
            _ when login.RequiresVerifiedEmail =>
                TypedResults.Accepted((string?)null, new RegistrationAccepted("Open the mail that we sent to this address to continue.")),
            RegistrationResult.Registered registered => TypedResults.Created("/api/v1/auth/me", UserResponse.Of(registered.User)),
            _ => Problems.EmailTaken.ToProblem(),
        };
    }

    /// <summary>Show the caller's account</summary>
    /// <remarks>With an access token or an API key.</remarks>
    internal static async Task<Results<Ok<UserResponse>, Problem>> GetMe(ClaimsPrincipal caller, AccountReader accounts, CancellationToken cancellationToken) =>
        await accounts.FindAsync(caller.UserId(), cancellationToken) is { } user
            ? TypedResults.Ok(user)
            : Problems.SessionRevoked.ToProblem();

    /// <summary>Change the password</summary>
    /// <remarks>Needs the current password. All other sessions end; this one stays.</remarks>
    internal static async Task<Results<NoContent, Problem>> ChangePassword(
        ChangePasswordRequest body, ClaimsPrincipal caller, PasswordChange change, HttpContext http, CancellationToken cancellationToken) =>
        await change.TryAsync(caller.UserId(), caller.SessionId(), body, http.Origin(), cancellationToken) is { } problem
            ? problem.ToProblem()
            : TypedResults.NoContent();

    /// <summary>Delete the account</summary>
    /// <remarks>
    /// Deletes everything that belongs to the account at once: sessions, API keys, passkeys, usage. A last notice is mailed. The operator's audit log keeps
    /// what happened to the account, without IP addresses, user agents and details.
    /// </remarks>
    internal static async Task<Results<NoContent, Problem>> DeleteMe(
        [FromBody] ReauthenticateRequest body, ClaimsPrincipal caller, AccountDeletion deletion, HttpContext http, CancellationToken cancellationToken) =>
        await deletion.TryAsync(caller.UserId(), body, http.Origin(), cancellationToken) is { } problem ? problem.ToProblem() : TypedResults.NoContent();

    /// <summary>Export the account</summary>
    /// <remarks>Everything that the server stores about the caller, without secrets: no password hash, no tokens, no keys.</remarks>
    internal static async Task<Results<Ok<AccountExport>, PushStreamHttpResult, Problem>> ExportMe(
        ClaimsPrincipal caller, AccountExporter exporter, AccountReader accounts, HttpContext http, CancellationToken cancellationToken)
    {
        if (HttpMethods.IsHead(http.Request.Method))
        {
            return await accounts.FindAsync(caller.UserId(), cancellationToken) is null
                ? Problems.SessionRevoked.ToProblem()
                : HeadAnswer.Of("application/json; charset=utf-8");
        }

        return await exporter.ExportAsync(caller.UserId(), http.Origin(), cancellationToken) is { } export
            ? TypedResults.Ok(export)
            : Problems.SessionRevoked.ToProblem();
    }
}
