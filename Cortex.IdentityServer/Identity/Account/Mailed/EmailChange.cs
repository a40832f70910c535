using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Audit;
using Cortex.IdentityServer.Identity.Events;
using Cortex.IdentityServer.Identity.Mail;
using Cortex.IdentityServer.Identity.Sessions;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Cortex.IdentityServer.Identity.Account.Mailed;

/// <summary>Moves an account to another mailbox, once that is proved; until then the old one stays.</summary>
internal sealed partial class EmailChange(
    CortexDbContext db, OneTimeTokens tokens, Outbox outbox, SessionService sessions, AccountChanges changes, ILogger<EmailChange> logger)
{
    /// <summary>Mails a link to the new address and a notice to the old one. False when the account has had enough of them lately.</summary>
    /// <remarks>The same whether the new address has an account or not: who asks doesn't learn it, and its owner decides.</remarks>
    public Task<bool> BeginAsync(User user, string newEmail, Guid sessionId, RequestOrigin origin, CancellationToken cancellationToken) => changes.RunAsync(
        user.Id,
        origin,
        async change =>
        {
            if (await tokens.IssueAsync(user, TokenPurpose.ChangeEmail, newEmail, cancellationToken, sessionId) is not { } token)
            {
                return false;
            }

            await outbox.SendLinkAsync(MailKind.ConfirmNewEmail, user.Id, newEmail, token.Id, token.ExpiresAt, cancellationToken);
            await change.CompleteAndNotifyAsync(AuditAction.EmailChangeRequested, MailKind.EmailChangeRequested, user.Owner);
            return true;
        },
        cancellationToken);

    /// <summary>Null when it is done: all sessions but the one that asked have ended.</summary>
    public async Task<Refusal?> ConfirmAsync(string text, RequestOrigin origin, CancellationToken cancellationToken)
    {
        if (await tokens.FindAsync(text, cancellationToken, TokenPurpose.ChangeEmail) is not { } token
            || await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Id == token.UserId, cancellationToken) is not { } user)
        {
            return Problems.InvalidVerificationToken;
        }

        return await changes.RunAsync(user.Id, origin, change => MoveAsync(change, user, token, cancellationToken), cancellationToken);
    }

    private async Task<Refusal?> MoveAsync(AccountChange change, User user, OneTimeToken token, CancellationToken cancellationToken)
    {
        if (!await tokens.SpendAsync(token, cancellationToken))
        {
            return Problems.InvalidVerificationToken;
        }

        try
        {
            var stamp = Guid.NewGuid().ToString();
            await db.Users.Where(u => u.Id == user.Id).ExecuteUpdateAsync(
                set => set.SetProperty(u => u.Email, token.Email).SetProperty(u => u.IsVerified, true).SetProperty(u => u.SecurityStamp, stamp),
                cancellationToken);
        }
        catch (PostgresException taken) when (taken.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            // Only somebody who has just proved that the mailbox is theirs learns this.
            return Problems.EmailTaken;
        }

        await sessions.RevokeAllAsync(change, SessionEnd.EmailChanged, cancellationToken, except: token.SessionId);
        await change.CompleteAndNotifyAsync(AuditAction.EmailChanged, MailKind.EmailChanged, user.Owner);
        change.AfterCommit(() => Log.Changed(logger, user.Id));
        return null;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "User {UserId} changed their email")]
        public static partial void Changed(ILogger logger, Guid userId);
    }
}
