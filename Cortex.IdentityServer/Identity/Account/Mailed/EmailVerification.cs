using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Audit;
using Cortex.IdentityServer.Identity.Events;
using Cortex.IdentityServer.Identity.Mail;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.Identity.Account.Mailed;

/// <summary>Verifies that a user has access to the mailbox of their email.</summary>
internal sealed partial class EmailVerification(
    CortexDbContext db, OneTimeTokens tokens, Outbox outbox, AccountChanges changes, ILogger<EmailVerification> logger)
{
    /// <summary>Emails a verification link in the caller's transaction, unless the account has reached its limit of such emails.</summary>
    public async Task SendAsync(User user, CancellationToken cancellationToken)
    {
        if (await tokens.IssueAsync(user, TokenPurpose.VerifyEmail, user.Email!, cancellationToken) is { } token)
        {
            await outbox.SendLinkAsync(MailKind.VerifyEmail, user.Id, user.Email!, token.Id, token.ExpiresAt, cancellationToken);
        }
        else
        {
            Log.LimitReached(logger, user.Id);
        }
    }

    /// <summary>Returns null on success.</summary>
    public async Task<Refusal?> VerifyAsync(string text, RequestOrigin origin, CancellationToken cancellationToken)
    {
        if (await tokens.FindAsync(text, cancellationToken, TokenPurpose.VerifyEmail) is not { } token)
        {
            return Problems.InvalidVerificationToken;
        }

        return await changes.RunAsync<Refusal?>(
            token.UserId,
            origin,
            async change =>
            {
                if (!await tokens.RedeemAsync(token, cancellationToken))
                {
                    return Problems.InvalidVerificationToken;
                }

                await db.Users.Where(u => u.Id == token.UserId).ExecuteUpdateAsync(set => set.SetProperty(u => u.IsVerified, true), cancellationToken);
                await change.CompleteAsync(AuditAction.EmailVerified);
                change.AfterCommit(() => Log.Verified(logger, token.UserId));
                return null;
            },
            cancellationToken);
    }

    private static partial class Log
    {
        [LoggerMessage(3206, LogLevel.Information, "User {UserId} verified their email")]
        public static partial void Verified(ILogger logger, Guid userId);

        [LoggerMessage(3207, LogLevel.Information, "User {UserId} has reached the limit of verification emails, so no email is sent")]
        public static partial void LimitReached(ILogger logger, Guid userId);
    }
}
