using System.Security.Claims;
using Cortex.IdentityServer.Http;
using Cortex.IdentityServer.Login;
using Cortex.IdentityServer.Mail;
using Cortex.IdentityServer.Sessions;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cortex.IdentityServer.Accounts.Mailed;

/// <summary>What is done by a link in a mail, and asking for one.</summary>
internal static class MailedEndpoints
{
    /// <summary>Verify the email</summary>
    /// <remarks>With the token of the mail that a registration sends: good for 24 hours, once, and void after a newer one.</remarks>
    internal static async Task<Results<NoContent, Problem>> VerifyEmail(
        MailedTokenRequest body, EmailVerification verification, HttpContext http, CancellationToken cancellationToken) =>
        await verification.VerifyAsync(body.Token, Client.Of(http), cancellationToken) is { } problem ? problem : TypedResults.NoContent();

    /// <summary>Ask for the verification mail again</summary>
    /// <remarks>The same answer in the same time whether the address has an account or not. An account gets five such mails an hour at most.</remarks>
    internal static async Task<Results<Accepted<MailAccepted>, Problem>> ResendVerification(
        MailRequest body, Outbox outbox, HttpContext http, CancellationToken cancellationToken) =>
        await RequestAsync(MailKind.Request.Verification, body, outbox, http, cancellationToken);

    /// <summary>Ask for a mail to reset the password</summary>
    /// <remarks>The same answer in the same time whether the address has an account or not. An account gets five such mails an hour at most.</remarks>
    internal static async Task<Results<Accepted<MailAccepted>, Problem>> ForgotPassword(
        MailRequest body, Outbox outbox, HttpContext http, CancellationToken cancellationToken) =>
        await RequestAsync(MailKind.Request.PasswordReset, body, outbox, http, cancellationToken);

    /// <summary>Reset the password</summary>
    /// <remarks>
    /// With the token of the mail: good for one hour, once, and void after a newer one or any change of the password. All sessions end, waits after
    /// wrong passwords are over, nobody is logged in, and the second factor stays. An email that was never verified is verified by it, and the account's
    /// API keys, which somebody else may have made, are void.
    /// </remarks>
    internal static async Task<Results<NoContent, Problem>> ResetPassword(
        ResetPasswordRequest body, PasswordReset reset, HttpContext http, CancellationToken cancellationToken) =>
        await reset.ResetAsync(body.Token, body.NewPassword, Client.Of(http), cancellationToken) is { } problem ? problem : TypedResults.NoContent();

    /// <summary>Change the email</summary>
    /// <remarks>
    /// Mails a link to the new address, good for one hour, and a notice to the old one, which stays until the link is used. The same answer whether the
    /// new address has an account or not. With a second factor, and a proof of identity older than ten minutes, <c>/reauthenticate</c> comes first.
    /// </remarks>
    internal static async Task<Results<Accepted<MailAccepted>, Problem>> ChangeEmail(
        ChangeEmailRequest body,
        ClaimsPrincipal caller,
        EmailChange change,
        Reauthentication reauthentication,
        SessionService sessions,
        HttpContext http,
        CancellationToken cancellationToken)
    {
        if (!EmailAddress.TryNormalize(body.NewEmail, out var email, out var reason))
        {
            return Problem.Invalid("new_email", reason);
        }

        if (await reauthentication.FindAsync(caller.UserId(), cancellationToken) is not { } user)
        {
            return (Problem)Problems.SessionRevoked;
        }

        if (user.TwoFactorEnabled && !await sessions.IsFreshAsync(caller.SessionId(), cancellationToken))
        {
            return (Problem)Problems.ReauthenticationRequired;
        }

        var client = Client.Of(http);
        if (await reauthentication.RefusePasswordAsync(user, body.Password, client, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        if (string.Equals(email, user.Email, StringComparison.Ordinal))
        {
            return Problem.Invalid("new_email", "This is the account's email already.");
        }

        return await change.BeginAsync(user, email, caller.SessionId(), client, cancellationToken)
            ? TypedResults.Accepted((string?)null, new MailAccepted("Open the mail that we sent to the new address to go on."))
            : Problem.RateLimited(OneTimeTokens.Window);
    }

    /// <summary>Confirm the new email</summary>
    /// <remarks>With the token of the mail to the new address. All sessions but the one that asked end, and the old address gets a notice.</remarks>
    internal static async Task<Results<NoContent, Problem>> ConfirmEmailChange(
        MailedTokenRequest body, EmailChange change, HttpContext http, CancellationToken cancellationToken) =>
        await change.ConfirmAsync(body.Token, Client.Of(http), cancellationToken) is { } problem ? problem : TypedResults.NoContent();

    /// <summary>One insert, whoever it is: what has to be found out is found out later.</summary>
    private static async Task<Results<Accepted<MailAccepted>, Problem>> RequestAsync(
        string kind, MailRequest body, Outbox outbox, HttpContext http, CancellationToken cancellationToken)
    {
        if (!EmailAddress.TryRecognize(body.Email, out var email, out var reason))
        {
            return Problem.Invalid("email", reason);
        }

        await outbox.RequestAsync(kind, email, Client.Of(http), cancellationToken);
        return TypedResults.Accepted((string?)null, new MailAccepted("If this address has an account that needs it, a mail is on its way."));
    }
}
