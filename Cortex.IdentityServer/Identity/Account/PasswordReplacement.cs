using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Audit;
using Cortex.IdentityServer.Identity.Events;
using Cortex.IdentityServer.Identity.Mail;
using Cortex.IdentityServer.Identity.Passwords;
using Cortex.IdentityServer.Identity.Sessions;
using Cortex.IdentityServer.Identity.TwoFactor;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.Identity.Account;

/// <summary>Puts a new password in the place of the old one, and ends what the old one had earned.</summary>
internal sealed partial class PasswordReplacement(
    CortexDbContext db, OneTimeTokens tokens, LoginAttempts attempts, SecondFactor secondFactor, SessionService sessions, AccountEvents events,
    ILogger<PasswordReplacement> logger)
{
    /// <summary>By who knows the old one: their session stays. False when somebody changed it meanwhile.</summary>
    public async Task<bool> ByOwnerAsync(User user, string hash, Guid sessionId, RequestOrigin origin, CancellationToken cancellationToken)
    {
        // Before the change: whoever knows the password owns the account, and a failure afterwards would deny a change that was made.
        await attempts.ForgiveAsync(user.Id, cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await ReplaceAsync(user, hash, cancellationToken) == 0)
        {
            return false;
        }

        await sessions.EndAllAsync(user.Id, except: sessionId, SessionEnd.PasswordChanged, origin, cancellationToken);
        await events.NoteAndTellAsync(AuditAction.PasswordChanged, MailKind.PasswordChanged, user.Owner, origin, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        events.Committed(user.Id);
        Log.Changed(logger, user.Id);
        return true;
    }

    /// <summary>By who reads the mailbox: all sessions end. False when the token was used meanwhile, or isn't good any more.</summary>
    public async Task<bool> ByMailAsync(User user, string hash, OneTimeToken token, RequestOrigin origin, CancellationToken cancellationToken)
    {
        await attempts.ForgiveAsync(user.Id, cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (!await tokens.SpendAsync(token, cancellationToken) || await ReplaceAsync(user, hash, cancellationToken) == 0)
        {
            return false;
        }

        await secondFactor.ForgiveAsync(user.Id, cancellationToken);
        await sessions.EndAllAsync(user.Id, except: null, SessionEnd.PasswordReset, origin, cancellationToken);
        if (!user.EmailConfirmed)
        {
            await GiveToOwnerAsync(user, origin, cancellationToken);
        }

        await events.NoteAndTellAsync(AuditAction.PasswordReset, MailKind.PasswordChanged, user.Owner, origin, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        events.Committed(user.Id);
        Log.Reset(logger, user.Id);
        return true;
    }

    private Task<int> ReplaceAsync(User user, string hash, CancellationToken cancellationToken)
    {
        var stamp = Guid.NewGuid().ToString();
        return db.Users.Where(u => u.Id == user.Id && u.PasswordHash == user.PasswordHash).ExecuteUpdateAsync(
            set => set.SetProperty(u => u.PasswordHash, hash).SetProperty(u => u.SecurityStamp, stamp), cancellationToken);
    }

    /// <summary>
    /// Nobody had proved this mailbox before, so a stranger may have made the account. Everything goes that the stranger could come back with, and the
    /// second factor too, which would keep the owner out.
    /// </summary>
    private async Task GiveToOwnerAsync(User user, RequestOrigin origin, CancellationToken cancellationToken)
    {
        var userId = user.Id;
        await db.Users.Where(u => u.Id == userId).ExecuteUpdateAsync(
            set => set
                .SetProperty(u => u.IsVerified, true)
                .SetProperty(u => u.ApiKey, (string?)null)
                .SetProperty(u => u.HasTwoFactor, false)
                .SetProperty(u => u.TwoFactorSecret, (string?)null),
            cancellationToken);
        foreach (var key in await db.ApiKeys.Where(key => key.UserId == userId).Select(key => key.Id).ToListAsync(cancellationToken))
        {
            await events.NoteAsync(AuditAction.ApiKeyRevoked, userId, origin, cancellationToken, ("api_key_id", key.ToString()));
        }

        foreach (var passkey in await db.Passkeys.Where(passkey => passkey.UserId == userId).Select(passkey => passkey.Id).ToListAsync(cancellationToken))
        {
            await events.NoteAsync(AuditAction.PasskeyRemoved, userId, origin, cancellationToken, ("passkey_id", passkey.ToString()));
        }

        if (user.TwoFactorEnabled)
        {
            await events.NoteAsync(AuditAction.TwoFactorDisabled, userId, origin, cancellationToken);
        }

        await db.ApiKeys.Where(key => key.UserId == userId).ExecuteDeleteAsync(cancellationToken);
        await db.EraseSecondFactorsAsync(userId, cancellationToken);

        // Where the stranger logged in from is no place that the owner is known at.
        await db.LoginAddresses.Where(address => address.UserId == userId).ExecuteDeleteAsync(cancellationToken);
        await db.Set<LoginDevice>().Where(device => device.UserId == userId).ExecuteDeleteAsync(cancellationToken);
        await events.NoteAsync(AuditAction.EmailVerified, userId, origin, cancellationToken);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "User {UserId} changed their password")]
        public static partial void Changed(ILogger logger, Guid userId);

        [LoggerMessage(Level = LogLevel.Information, Message = "User {UserId} reset their password by mail")]
        public static partial void Reset(ILogger logger, Guid userId);
    }
}
