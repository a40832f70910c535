using System.Security.Claims;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Mail;
using Cortex.IdentityServer.Identity.Sessions;
using Cortex.IdentityServer.Identity.TwoFactor;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cortex.IdentityServer.Identity.Account.Mailed;

/// <summary>The endpoints that request emails with links, and those that the links lead to.</summary>
internal static class MailedEndpoints
{
    /// <summary>Verify the email</summary>
    /// <remarks>
    /// Takes the token from the email that a registration sends. The token is valid for 24 hours, works once, and becomes invalid when a newer one is sent.
    /// </remarks>
    internal static async Task<Results<NoContent, Problem>> VerifyEmail(
        MailedTokenRequest body, EmailVerification verification, HttpContext http, CancellationToken cancellationToken) =>
        await verification.VerifyAsync(body.Token, http.Origin(), cancellationToken) is { } problem ? problem.ToProblem() : TypedResults.NoContent();

    /// <summary>Request another verification email</summary>
    /// <remarks>
    /// The response and its timing are the same whether or not the address has an account. An account receives at most five such emails per hour.
    /// </remarks>
    internal static async Task<Results<Accepted<MailAccepted>, Problem>> ResendVerification(
        MailRequest body, Outbox outbox, HttpContext http, CancellationToken cancellationToken) =>
        await RequestAsync(MailKind.Request.Verification, body, outbox, http, cancellationToken);

    /// <summary>Request a password reset email</summary>
    /// <remarks>
    /// The response and its timing are the same whether or not the address has an account. An account receives at most five such emails per hour.
    /// </remarks>
    internal static async Task<Results<Accepted<MailAccepted>, Problem>> ForgotPassword(
        MailRequest body, Outbox outbox, HttpContext http, CancellationToken cancellationToken) =>
        await RequestAsync(MailKind.Request.PasswordReset, body, outbox, http, cancellationToken);

    /// <summary>Reset the password</summary>
    /// <remarks>
    /// Takes the token from the email. The token is valid for one hour, works once, and becomes invalid when a newer one is sent or the password changes. The
    /// reset ends all sessions, lifts lockouts after wrong passwords, and keeps the second factor; it doesn't log the user in. If the email was never verified,
    /// it counts as verified now, and the account's API keys, passkeys, and second factor are removed, because another person may have created them.
    /// </remarks>
    internal static async Task<Results<NoContent, Problem>> ResetPassword(
        ResetPasswordRequest body, PasswordReset reset, HttpContext http, CancellationToken cancellationToken) =>
        await reset.ResetAsync(body.Token, body.NewPassword, http.Origin(), cancellationToken) is { } problem ? problem.ToProblem() : TypedResults.NoContent();

    /// <summary>Change the email</summary>
    /// <remarks>
    /// Emails a link that is valid for one hour to the new address, and a notice to the old one, which stays in effect until the link is used. The response is
    /// the same whether or not the new address has an account. If the account has a second factor and the session was last authenticated more than ten minutes
    /// ago, call <c>/reauthenticate</c> first.
    /// </remarks>
    internal static async Task<Results<Accepted<MailAccepted>, Problem>> ChangeEmail(
        ChangeEmailRequest body,
        ClaimsPrincipal caller,
        EmailChange change,
        OwnerProof proof,
        SessionService sessions,
        HttpContext http,
        CancellationToken cancellationToken)
    {
        if (!EmailAddress.TryNormalize(body.NewEmail, out var email, out var reason))
        {
            return Refusal.Invalid("new_email", reason).ToProblem();
        }

        if (await proof.FindUserAsync(caller.UserId(), cancellationToken) is not { } user)
        {
            return Problems.SessionRevoked.ToProblem();
        }

        if (user.TwoFactorEnabled && !await sessions.IsFreshAsync(caller.SessionId(), cancellationToken))
        {
            return Problems.ReauthenticationRequired.ToProblem();
        }

        var origin = http.Origin();
        if (await proof.VerifyPasswordAsync(user, body.Password, origin, cancellationToken) is { } refusal)
        {
            return refusal.ToProblem();
        }

        if (string.Equals(email, user.Email, StringComparison.Ordinal))
        {
            return Refusal.Invalid("new_email", "This is already the account's email.").ToProblem();
        }

        return await change.BeginAsync(user, email, caller.SessionId(), origin, cancellationToken)
            ? TypedResults.Accepted((string?)null, new MailAccepted("To continue, open the email that we sent to the new address."))
            : Refusal.RateLimited(OneTimeTokens.Window).ToProblem();
    }

    /// <summary>Confirm the new email</summary>
    /// <remarks>
    /// Takes the token from the email to the new address. All sessions end except the one that requested the change, and the old address receives a notice.
    /// </remarks>
    internal static async Task<Results<NoContent, Problem>> ConfirmEmailChange(
        MailedTokenRequest body, EmailChange change, HttpContext http, CancellationToken cancellationToken) =>
        await change.ConfirmAsync(body.Token, http.Origin(), cancellationToken) is { } problem ? problem.ToProblem() : TypedResults.NoContent();

    /// <summary>Queues the request with a single insert, whether or not the account exists. The email sender looks up the account later.</summary>
    private static async Task<Results<Accepted<MailAccepted>, Problem>> RequestAsync(
        string kind, MailRequest body, Outbox outbox, HttpContext http, CancellationToken cancellationToken)
    {
        if (!EmailAddress.TryRecognize(body.Email, out var email, out var reason))
        {
            return Refusal.Invalid("email", reason).ToProblem();
        }

        await outbox.RequestAsync(kind, email, http.Origin(), cancellationToken);
        return TypedResults.Accepted((string?)null, new MailAccepted("If this address belongs to an account that needs this email, we have sent it."));
    }
}
