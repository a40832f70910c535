using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Audit;
using Cortex.IdentityServer.Identity.Events;
using Cortex.IdentityServer.Identity.Mail;
using Cortex.IdentityServer.Identity.Passwords;
using Cortex.IdentityServer.Identity.Sessions;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.Identity.Account;

/// <summary>Replaces a password and ends the sessions that the old one authorized.</summary>
internal sealed partial class PasswordReplacement(
    CortexDbContext db, OneTimeTokens tokens, LoginAttempts attempts, SessionService sessions, AccountChanges changes, AccountRecovery recovery,
    ILogger<PasswordReplacement> logger)
{
    /// <summary>
    /// Replaces the password for a user who knows the old one, whose session stays active. Returns false if the password was changed in the meantime.
    /// </summary>
    public async Task<bool> ReplaceByOwnerAsync(User user, string hash, Guid sessionId, RequestOrigin origin, CancellationToken cancellationToken)
    {
        // Failures are reset before the change, because the user has already proved the password, and a failure afterward would report an error for a change
        // that was made.
        await attempts.ResetFailuresAsync(user.Id, cancellationToken);
        return await changes.RunAsync(
            user.Id,
            origin,
            async change =>
            {
                if (await ReplaceAsync(user, hash, cancellationToken) == 0)
                {
                    return false;
                }

                await sessions.RevokeAllAsync(change, SessionEnd.PasswordChanged, cancellationToken, except: sessionId);
                await change.CompleteAndNotifyAsync(AuditAction.PasswordChanged, MailKind.PasswordChanged, user.Owner);
                change.AfterCommit(() => Log.Changed(logger, user.Id));
                return true;
            },
            cancellationToken);
    }

    /// <summary>
    /// Replaces the password for a user who has proved access to the mailbox, and ends all sessions. Returns false if the token was used in the meantime or is
    /// no longer valid.
    /// </summary>
    public async Task<bool> ReplaceByTokenAsync(User user, string hash, OneTimeToken token, RequestOrigin origin, CancellationToken cancellationToken)
    {
        await attempts.ResetFailuresAsync(user.Id, cancellationToken);
        return await changes.RunAsync(
            user.Id,
            origin,
            async change =>
            {
                if (!await tokens.RedeemAsync(token, cancellationToken) || await ReplaceAsync(user, hash, cancellationToken) == 0)
                {
                    return false;
                }

                await recovery.RunAsync(change, user, cancellationToken);
                await change.CompleteAndNotifyAsync(AuditAction.PasswordReset, MailKind.PasswordChanged, user.Owner);
                change.AfterCommit(() => Log.Reset(logger, user.Id));
                return true;
            },
            cancellationToken);
    }

    private Task<int> ReplaceAsync(User user, string hash, CancellationToken cancellationToken)
    {
        var stamp = Guid.NewGuid().ToString();
        return db.Users.Where(u => u.Id == user.Id && u.PasswordHash == user.PasswordHash).ExecuteUpdateAsync(
            set => set.SetProperty(u => u.PasswordHash, hash).SetProperty(u => u.SecurityStamp, stamp), cancellationToken);
    }

    private static partial class Log
    {
        [LoggerMessage(3202, LogLevel.Information, "User {UserId} changed their password")]
        public static partial void Changed(ILogger logger, Guid userId);

        [LoggerMessage(3203, LogLevel.Information, "User {UserId} reset their password by email")]
        public static partial void Reset(ILogger logger, Guid userId);
    }
}
