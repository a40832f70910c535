using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Mail;
using Cortex.IdentityServer.Identity.Passwords;
using Cortex.IdentityServer.Identity.Passwords.Hashing;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.Identity.Account.Mailed;

/// <summary>Resets the password of a user who has proved access to the mailbox.</summary>
internal sealed partial class PasswordReset(
    CortexDbContext db, OneTimeTokens tokens, Outbox outbox, PasswordReplacement replacement, HashingQueue hashing, ILogger<PasswordReset> logger)
{
    /// <summary>
    /// Emails a link in the caller's transaction. Returns false without sending anything if the account has reached its limit of such emails.
    /// </summary>
    /// <param name="user">The user whose password is reset.</param>
    /// <param name="kind">
    /// The kind of the email: <see cref="MailKind.ResetPassword"/>, <see cref="MailKind.ResetPasswordByStaff"/>, <see cref="MailKind.AlreadyRegistered"/>, <see
    /// cref="MailKind.Invitation"/>.
    /// </param>
    /// <param name="cancellationToken">The cancellation token of the request.</param>
    public async Task<bool> SendAsync(User user, string kind, CancellationToken cancellationToken)
    {
        if (await tokens.IssueAsync(user, MailTexts.PurposeOf(kind), user.Email!, cancellationToken) is not { } token)
        {
            Log.LimitReached(logger, user.Id);
            return false;
        }

        await outbox.SendLinkAsync(kind, user.Id, user.Email!, token.Id, token.ExpiresAt, cancellationToken);
        return true;
    }

    /// <summary>Emails the user of a newly created account a link to choose the first password, in the caller's transaction.</summary>
    public Task<bool> InviteAsync(User user, CancellationToken cancellationToken) => SendAsync(user, MailKind.Invitation, cancellationToken);

    /// <summary>Returns the email of the account whose password the token can set, or null if the token isn't valid. The token isn't redeemed.</summary>
    public async Task<string?> FindEmailAsync(string? text, CancellationToken cancellationToken) =>
        (await tokens.FindAsync(text, cancellationToken, TokenPurpose.ResetPassword, TokenPurpose.Invitation))?.Email;

    /// <summary>Returns null on success. All sessions have then ended, the user isn't logged in, and the second factor is unchanged.</summary>
    public async Task<Refusal?> ResetAsync(string text, string newPassword, RequestOrigin origin, CancellationToken cancellationToken)
    {
        if (await tokens.FindAsync(text, cancellationToken, TokenPurpose.ResetPassword, TokenPurpose.Invitation) is not { } token
            || await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Id == token.UserId, cancellationToken) is not { } user)
        {
            return Problems.InvalidResetToken;
        }

        // A weak password doesn't redeem the token, so the user can try another one.
        if (PasswordRules.FindWeakness(newPassword, user.Email!) is { } weakness)
        {
            return PasswordChange.Weak("new_password", weakness);
        }

        // A client with a valid token gets the priority of a known network.
        using var place = hashing.TryEnter(isKnown: true);
        if (place is null)
        {
            return Refusal.Busy(hashing.RetryAfter);
        }

        var hash = await place.HashAsync(newPassword, cancellationToken);
        return await replacement.ReplaceByTokenAsync(user, hash, token, origin, cancellationToken) ? null : Problems.InvalidResetToken;
    }

    private static partial class Log
    {
        [LoggerMessage(3208, LogLevel.Information, "User {UserId} has reached the limit of password reset emails, so no email is sent")]
        public static partial void LimitReached(ILogger logger, Guid userId);
    }
}
