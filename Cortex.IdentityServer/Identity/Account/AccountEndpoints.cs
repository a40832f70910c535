using System.Security.Claims;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Login;
using Cortex.IdentityServer.Identity.Passwords;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Cortex.IdentityServer.Identity.Account;

/// <summary>The endpoints for users to register, view, change, export, and delete their account.</summary>
internal static class AccountEndpoints
{
    /// <summary>Register</summary>
    /// <remarks>
    /// Creates an account. If the operator requires verified emails, the response is 202 whether or not the email is taken, and logging in isn't possible until
    /// the email is verified.
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
                TypedResults.Accepted((string?)null, new RegistrationAccepted("To continue, open the email that we sent to this address.")),
            RegistrationResult.Registered registered => TypedResults.Created("/api/v1/auth/me", UserResponse.Of(registered.User)),
            _ => Problems.EmailTaken.ToProblem(),
        };
    }

    /// <summary>Show the caller's account</summary>
    /// <remarks>Accepts an access token or an API key.</remarks>
    internal static async Task<Results<Ok<UserResponse>, Problem>> GetMe(ClaimsPrincipal caller, AccountReader accounts, CancellationToken cancellationToken) =>
        await accounts.FindAsync(caller.UserId(), cancellationToken) is { } user
            ? TypedResults.Ok(user)
            : Problems.SessionRevoked.ToProblem();

    /// <summary>Change the password</summary>
    /// <remarks>Requires the current password. All other sessions end; this session stays active.</remarks>
    internal static async Task<Results<NoContent, Problem>> ChangePassword(
        ChangePasswordRequest body, ClaimsPrincipal caller, PasswordChange change, HttpContext http, CancellationToken cancellationToken) =>
        await change.TryAsync(caller.UserId(), caller.SessionId(), body, http.Origin(), cancellationToken) is { } problem
            ? problem.ToProblem()
            : TypedResults.NoContent();

    /// <summary>Delete the account</summary>
    /// <remarks>
    /// Immediately deletes everything that belongs to the account, including its sessions, API keys, passkeys, and usage, and sends a final email notice. If
    /// the account has more than 5,000 rows of usage, they are inaccessible immediately and removed in the background within minutes. The operator's audit log
    /// retains the account's events, without IP addresses, user agents, and details.
    /// </remarks>
    internal static async Task<Results<NoContent, Problem>> DeleteMe(
        [FromBody] ReauthenticateRequest body, ClaimsPrincipal caller, AccountDeletion deletion, HttpContext http, CancellationToken cancellationToken) =>
        await deletion.TryAsync(caller.UserId(), body, http.Origin(), cancellationToken) is { } problem ? problem.ToProblem() : TypedResults.NoContent();

    /// <summary>Export the account</summary>
    /// <remarks>Exports everything that the server stores about the caller, except secrets: password hash, tokens, and keys.</remarks>
    internal static async Task<Results<Ok<AccountExport>, PushStreamHttpResult, Problem>> ExportMe(
        ClaimsPrincipal caller, AccountExporter exporter, AccountReader accounts, HttpContext http, CancellationToken cancellationToken)
    {
        if (HttpMethods.IsHead(http.Request.Method))
        {
            return await accounts.FindAsync(caller.UserId(), cancellationToken) is null
                ? Problems.SessionRevoked.ToProblem()
                : HeadResponse.Of("application/json; charset=utf-8");
        }

        return await exporter.ExportAsync(caller.UserId(), http.Origin(), cancellationToken) is { } export
            ? TypedResults.Ok(export)
            : Problems.SessionRevoked.ToProblem();
    }
}
