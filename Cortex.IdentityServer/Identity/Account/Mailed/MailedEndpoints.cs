using System.Security.Claims;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Mail;
using Cortex.IdentityServer.Identity.Sessions;
using Cortex.IdentityServer.Identity.TwoFactor;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cortex.IdentityServer.Identity.Account.Mailed;

/// <summary>What is done by a link in a mail, and asking for one.</summary>
internal static class MailedEndpoints
{
    /// <summary>Verify the email</summary>
    /// <remarks>
    /// Takes the token from the mail that a registration sends. It is valid for 24 hours, works once, and becomes void when a newer one is sent.
    /// </remarks>
    internal static async Task<Results<NoContent, Problem>> VerifyEmail(
        MailedTokenRequest body, EmailVerification verification, HttpContext http, CancellationToken cancellationToken) =>
        await verification.VerifyAsync(body.Token, http.Origin(), cancellationToken) is { } problem ? problem.ToProblem() : TypedResults.NoContent();

    /// <summary>Request another verification mail</summary>
    /// <remarks>The answer and its time are the same whether the address has an account or not. An account gets at most five such mails an hour.</remarks>
    internal static async Task<Results<Accepted<MailAccepted>, Problem>> ResendVerification(
        MailRequest body, Outbox outbox, HttpContext http, CancellationToken cancellationToken) =>
        await RequestAsync(MailKind.Request.Verification, body, outbox, http, cancellationToken);

    /// <summary>Request a mail to reset the password</summary>
    /// <remarks>The answer and its time are the same whether the address has an account or not. An account gets at most five such mails an hour.</remarks>
    internal static async Task<Results<Accepted<MailAccepted>, Problem>> ForgotPassword(
        MailRequest body, Outbox outbox, HttpContext http, CancellationToken cancellationToken) =>
        await RequestAsync(MailKind.Request.PasswordReset, body, outbox, http, cancellationToken);

    /// <summary>Reset the password</summary>
    /// <remarks>
    /// Takes the token from the mail. It is valid for one hour, works once, and becomes void when a newer one is sent or the password changes. All sessions
    /// end, waits after wrong passwords are lifted, nobody is logged in, and the second factor stays. If the email was never verified, it is now, and the
    /// account's API keys, passkeys and second factor are removed, as somebody else may have made them.
    /// </remarks>
    internal static async Task<Results<NoContent, Problem>> ResetPassword(
        ResetPasswordRequest body, PasswordReset reset, HttpContext http, CancellationToken cancellationToken) =>
        await reset.ResetAsync(body.Token, body.NewPassword, http.Origin(), cancellationToken) is { } problem ? problem.ToProblem() : TypedResults.NoContent();

    /// <summary>Change the email</summary>
    /// <remarks>
    /// Mails a link to the new address, valid for one hour, and a notice to the old one, which stays until the link is used. The answer is the same whether the
    /// new address has an account or not. If the account has a second factor and the last proof of identity is older than ten minutes, call
    /// <c>/reauthenticate</c> first.
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
            return Refusal.Invalid("new_email", "This already is the account's email.").ToProblem();
        }

        return await change.BeginAsync(user, email, caller.SessionId(), origin, cancellationToken)
            ? TypedResults.Accepted((string?)null, new MailAccepted("Open the mail that we sent to the new address to continue."))
            : Refusal.RateLimited(OneTimeTokens.Window).ToProblem();
    }

    /// <summary>Confirm the new email</summary>
    /// <remarks>
    /// Takes the token from the mail to the new address. All sessions except the one that asked for the change end, and the old address gets a notice.
    /// </remarks>
    internal static async Task<Results<NoContent, Problem>> ConfirmEmailChange(
        MailedTokenRequest body, EmailChange change, HttpContext http, CancellationToken cancellationToken) =>
        await change.ConfirmAsync(body.Token, http.Origin(), cancellationToken) is { } problem ? problem.ToProblem() : TypedResults.NoContent();

    /// <summary>One insert, whoever it is: what has to be found out is found out later.</summary>
    private static async Task<Results<Accepted<MailAccepted>, Problem>> RequestAsync(
        string kind, MailRequest body, Outbox outbox, HttpContext http, CancellationToken cancellationToken)
    {
        if (!EmailAddress.TryRecognize(body.Email, out var email, out var reason))
        {
            return Refusal.Invalid("email", reason).ToProblem();
        }

        await outbox.RequestAsync(kind, email, http.Origin(), cancellationToken);
        return TypedResults.Accepted((string?)null, new MailAccepted("If this address has an account that needs it, a mail is on its way."));
    }
}
