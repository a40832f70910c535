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

/// <summary>Changes an account's email once the new address is verified. Until then, the old one stays in effect.</summary>
internal sealed partial class EmailChange(
    CortexDbContext db, OneTimeTokens tokens, Outbox outbox, SessionService sessions, AccountChanges changes, ILogger<EmailChange> logger)
{
    /// <summary>Emails a link to the new address and a notice to the old one. Returns false if the account has reached its limit of such emails.</summary>
    /// <remarks>The behavior is the same whether or not the new address has an account, so the caller doesn't learn which.</remarks>
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

    /// <summary>Returns null on success, after ending all sessions except the one that requested the change.</summary>
    public async Task<Refusal?> ConfirmAsync(string text, RequestOrigin origin, CancellationToken cancellationToken)
    {
        if (await tokens.FindAsync(text, cancellationToken, TokenPurpose.ChangeEmail) is not { } token
            || await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Id == token.UserId, cancellationToken) is not { } user)
        {
            return Problems.InvalidVerificationToken;
        }

        return await changes.RunAsync(user.Id, origin, change => ApplyAsync(change, user, token, cancellationToken), cancellationToken);
    }

    private async Task<Refusal?> ApplyAsync(AccountChange change, User user, OneTimeToken token, CancellationToken cancellationToken)
    {
        if (!await tokens.RedeemAsync(token, cancellationToken))
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
            // Only a client that has just proved access to the mailbox receives this response.
            return Problems.EmailTaken;
        }

        await sessions.RevokeAllAsync(change, SessionEnd.EmailChanged, cancellationToken, except: token.SessionId);
        await change.CompleteAndNotifyAsync(AuditAction.EmailChanged, MailKind.EmailChanged, user.Owner);
        change.AfterCommit(() => Log.Changed(logger, user.Id));
        return null;
    }

    private static partial class Log
    {
        [LoggerMessage(3205, LogLevel.Information, "User {UserId} changed their email")]
        public static partial void Changed(ILogger logger, Guid userId);
    }
}
