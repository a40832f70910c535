using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Audit;
using Cortex.IdentityServer.Identity.Events;
using Cortex.IdentityServer.Identity.Mail;
using Cortex.IdentityServer.Identity.Sessions;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Cortex.IdentityServer.Identity.Passkeys;

/// <summary>
/// Manages a user's passkeys. Adding or removing one changes how the user can authenticate, so it ends the user's other sessions and pending logins.
/// </summary>
internal sealed partial class UserPasskeys(
    CortexDbContext db, UserManager<User> users, SessionService sessions, AccountChanges changes, TimeProvider clock, ILogger<UserPasskeys> logger)
{
    /// <summary>The maximum number of passkeys. It bounds the options of a challenge, which list all of them.</summary>
    public const int MaxPerUser = 10;

    public async Task<IReadOnlyList<PasskeyResponse>> ListAsync(Guid userId, CancellationToken cancellationToken) =>
        await db.Passkeys.Where(p => p.UserId == userId).OrderByDescending(p => p.CreatedAt).ThenBy(p => p.Id)
            .Select(PasskeyResponse.FromPasskey).ToListAsync(cancellationToken);

    public async Task<bool> IsFullAsync(Guid userId, CancellationToken cancellationToken) =>
        await db.Passkeys.CountAsync(p => p.UserId == userId, cancellationToken) >= MaxPerUser;

    public Task<NewPasskeyResult> AddAsync(Guid userId, Guid sessionId, UserPasskeyInfo passkey, RequestOrigin origin, CancellationToken cancellationToken) =>
        changes.RunAsync(userId, origin, change => AddAsync(change, sessionId, passkey, cancellationToken), cancellationToken);

    /// <summary>Returns null if the passkey doesn't exist or belongs to another user.</summary>
    public Task<PasskeyResponse?> RenameAsync(Guid userId, Guid id, string name, RequestOrigin origin, CancellationToken cancellationToken) =>
        changes.RunAsync(
            userId,
            origin,
            async change =>
            {
                if (await Query(userId, id).ExecuteUpdateAsync(set => set.SetProperty(p => p.Name, name), cancellationToken) == 0)
                {
                    return null;
                }

                var renamed = await Query(userId, id).Select(PasskeyResponse.FromPasskey).SingleAsync(cancellationToken);
                await change.CompleteAsync(AuditAction.PasskeyRenamed, ("passkey_id", id.ToString()), ("name", name));
                return renamed;
            },
            cancellationToken);

    /// <summary>Returns false if the passkey doesn't exist or belongs to another user.</summary>
    public Task<bool> RemoveAsync(Guid userId, Guid sessionId, Guid id, RequestOrigin origin, CancellationToken cancellationToken) => changes.RunAsync(
        userId,
        origin,
        async change =>
        {
            if (!await sessions.IsLiveAsync(userId, sessionId, cancellationToken) || await users.FindByIdAsync(userId.ToString()) is not { } user
                || await Query(userId, id).ExecuteDeleteAsync(cancellationToken) == 0)
            {
                return false;
            }

            await EndOtherLoginsAsync(change, sessionId, cancellationToken);
            await change.CompleteAndNotifyAsync(AuditAction.PasskeyRemoved, MailKind.PasskeyRemoved, user.Owner, ("passkey_id", id.ToString()));
            change.AfterCommit(() => Log.Removed(logger, id, userId));
            return true;
        },
        cancellationToken);

    /// <summary>Removes all passkeys of a user and their pending challenges, in the caller's transaction.</summary>
    /// <returns>The ids of the removed passkeys.</returns>
    public async Task<IReadOnlyList<Guid>> RevokeAllAsync(Guid userId, CancellationToken cancellationToken)
    {
        await db.PasskeyChallenges.Where(challenge => challenge.UserId == userId).ExecuteDeleteAsync(cancellationToken);
        return await db.Database.SqlQuery<Guid>($"DELETE FROM passkeys WHERE user_id = {userId} RETURNING id").ToListAsync(cancellationToken);
    }

    /// <summary>Lists a user's passkeys for the account export.</summary>
    public async Task<IReadOnlyList<PasskeyResponse>> ExportAsync(Guid userId, CancellationToken cancellationToken) =>
        await db.Passkeys.Where(passkey => passkey.UserId == userId).Select(PasskeyResponse.FromPasskey).ToListAsync(cancellationToken);

    /// <summary>
    /// Stores the new signature counter. Returns false if the passkey was removed, or if a concurrent response has stored the same or a higher counter.
    /// </summary>
    public async Task<bool> RecordUseAsync(Guid userId, UserPasskeyInfo passkey, CancellationToken cancellationToken)
    {
        long count = passkey.SignCount;
        return await db.Passkeys
            .Where(p => p.UserId == userId && p.CredentialId == passkey.CredentialId && (p.SignCount < count || (p.SignCount == 0 && count == 0)))
            .ExecuteUpdateAsync(
                set => set
                    .SetProperty(p => p.SignCount, count)
                    .SetProperty(p => p.IsBackupEligible, passkey.IsBackupEligible)
                    .SetProperty(p => p.IsBackedUp, passkey.IsBackedUp)
                    .SetProperty(p => p.LastUsedAt, clock.GetUtcNow()),
                cancellationToken) == 1;
    }

    private IQueryable<Passkey> Query(Guid userId, Guid id) => db.Passkeys.Where(p => p.Id == id && p.UserId == userId);

    private async Task<NewPasskeyResult> AddAsync(AccountChange change, Guid sessionId, UserPasskeyInfo passkey, CancellationToken cancellationToken)
    {
        var userId = change.UserId;
        if (!await sessions.IsLiveAsync(userId, sessionId, cancellationToken))
        {
            return NewPasskeyResult.SessionEnded.Instance;
        }

        if (await IsFullAsync(userId, cancellationToken))
        {
            return NewPasskeyResult.LimitReached.Instance;
        }

        // The handler checked this before the account was locked; a credential registered since then would be overwritten.
        if (await users.FindByIdAsync(userId.ToString()) is not { } user || await users.GetPasskeyAsync(user, passkey.CredentialId) is not null)
        {
            return NewPasskeyResult.Refused.Instance;
        }

        try
        {
            await users.AddOrUpdatePasskeyAsync(user, passkey);
        }
        catch (DbUpdateException failure) when (failure.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
        {
            return NewPasskeyResult.Refused.Instance;
        }

        var added = await db.Passkeys.Where(p => p.CredentialId == passkey.CredentialId).Select(PasskeyResponse.FromPasskey).SingleAsync(cancellationToken);
        await EndOtherLoginsAsync(change, sessionId, cancellationToken);
        await change.CompleteAndNotifyAsync(
            AuditAction.PasskeyAdded, MailKind.PasskeyAdded, user.Owner, ("passkey_id", added.Id.ToString()), ("name", added.Name));
        change.AfterCommit(() => Log.Added(logger, added.Id, userId, passkey.IsUserVerified));
        return new NewPasskeyResult.Added(added);
    }

    private async Task EndOtherLoginsAsync(AccountChange change, Guid sessionId, CancellationToken cancellationToken)
    {
        var stamp = Guid.NewGuid().ToString();
        await db.Users.Where(u => u.Id == change.UserId).ExecuteUpdateAsync(set => set.SetProperty(u => u.SecurityStamp, stamp), cancellationToken);
        await sessions.RevokeAllAsync(change, SessionEnd.PasskeysChanged, cancellationToken, except: sessionId);
    }

    private static partial class Log
    {
        [LoggerMessage(2804, LogLevel.Information, "Passkey {PasskeyId} of user {UserId} was registered (user verified: {IsUserVerified})")]
        public static partial void Added(ILogger logger, Guid passkeyId, Guid userId, bool isUserVerified);

        [LoggerMessage(2805, LogLevel.Information, "Passkey {PasskeyId} of user {UserId} was removed")]
        public static partial void Removed(ILogger logger, Guid passkeyId, Guid userId);
    }
}
