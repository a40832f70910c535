using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Mail;
using Cortex.IdentityServer.Identity.Passwords;
using Cortex.IdentityServer.Identity.Passwords.Hashing;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.Identity.Account.Mailed;

/// <summary>Gives an account whose owner proved the mailbox a new password.</summary>
internal sealed partial class PasswordReset(
    CortexDbContext db, OneTimeTokens tokens, Outbox outbox, PasswordReplacement replacement, HashingQueue hashing, ILogger<PasswordReset> logger)
{
    /// <summary>Mails a link, in the caller's transaction; nothing, and false, when the account has had enough of them lately.</summary>
    /// <param name="user">Whose password it is.</param>
    /// <param name="kind">
    /// What the mail says beside the link: <see cref="MailKind.ResetPassword"/>, <see cref="MailKind.ResetPasswordByStaff"/>, <see
    /// cref="MailKind.AlreadyRegistered"/>, <see cref="MailKind.Invitation"/>.
    /// </param>
    /// <param name="cancellationToken">The request's.</param>
    public async Task<bool> SendAsync(User user, string kind, CancellationToken cancellationToken)
    {
        if (await tokens.IssueAsync(user, Mails.PurposeOf(kind), user.Email!, cancellationToken) is not { } token)
        {
            Log.Enough(logger, user.Id);
            return false;
        }

        await outbox.SendLinkAsync(kind, user.Id, user.Email!, token.Id, token.ExpiresAt, cancellationToken);
        return true;
    }

    /// <summary>Mails somebody for whom an account was made a link to choose its first password, in the caller's transaction.</summary>
    public Task<bool> InviteAsync(User user, CancellationToken cancellationToken) => SendAsync(user, MailKind.Invitation, cancellationToken);

    /// <summary>Whose password a token can set; null when it isn't good. Nothing changes by asking.</summary>
    public async Task<string?> FindEmailAsync(string? text, CancellationToken cancellationToken) =>
        (await tokens.FindAsync(text, cancellationToken, TokenPurpose.ResetPassword, TokenPurpose.Invitation))?.Email;

    /// <summary>Null when it is done: all sessions have ended, nobody is logged in, and the second factor is as it was.</summary>
    public async Task<Refusal?> ResetAsync(string text, string newPassword, RequestOrigin origin, CancellationToken cancellationToken)
    {
        if (await tokens.FindAsync(text, cancellationToken, TokenPurpose.ResetPassword, TokenPurpose.Invitation) is not { } token
            || await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Id == token.UserId, cancellationToken) is not { } user)
        {
            return Problems.InvalidResetToken;
        }

        // A weak password leaves the token as it is, for a better one.
        if (PasswordRules.WhyWeak(newPassword, user.Email!) is { } weakness)
        {
            return PasswordChange.Weak("new_password", weakness);
        }

        // Who holds a genuine token is no stranger.
        using var place = hashing.TryEnter(isKnown: true);
        if (place is null)
        {
            return Refusal.Busy(hashing.RetryAfter);
        }

        var hash = await place.HashAsync(newPassword, cancellationToken);
        return await replacement.ByMailAsync(user, hash, token, origin, cancellationToken) ? null : Problems.InvalidResetToken;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "User {UserId} has reached the limit of password reset mails: no mail is sent")]
        public static partial void Enough(ILogger logger, Guid userId);
    }
}
