using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Foundation.Secrets;
using Cortex.IdentityServer.Identity.Audit;
using Cortex.IdentityServer.Identity.Events;
using Cortex.IdentityServer.Identity.Mail;
using Cortex.IdentityServer.Identity.Passwords;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.Identity.TwoFactor;

/// <summary>
/// Checks TOTP and recovery codes. Each code works once across all replicas. Ten consecutive failures lock an account's second factor for 15 minutes. One
/// hundred consecutive failures from unknown addresses block it for unknown addresses, until the owner resets the password by email or an administrator unlocks
/// the account.
/// </summary>
internal sealed partial class SecondFactor(
    CortexDbContext db, TotpSecrets totpSecrets, SecretKeys secrets, AuditLog audit, AccountChanges changes, TimeProvider clock,
    ILogger<SecondFactor> logger)
{
    /// <summary>The number of consecutive failures that locks the second factor.</summary>
    public const int MaxFailures = 10;

    public static readonly TimeSpan LockoutDuration = TimeSpan.FromMinutes(15);

    private readonly KeyRing _recoveryKeys = secrets.Derive("recovery-code");

    public async Task<SecondFactorResult> VerifyAsync(User user, SecondFactorCode code, RequestOrigin origin, CancellationToken cancellationToken)
    {
        // Count the failure before checking the code and undo that if the code is correct, so that parallel and aborted guesses all count.
        var counted = await CountFailureAsync(user.Id, origin, cancellationToken);
        if (counted.Lockout is { } locked)
        {
            return locked;
        }

        var isCorrect = code.Totp is { } totp
            ? await AcceptTotpAsync(user, totp, counted, cancellationToken)
            : await AcceptRecoveryCodeAsync(user, code.Recovery, counted, origin, cancellationToken);
        if (isCorrect)
        {
            return SecondFactorResult.Accepted.Instance;
        }

        await RecordFailureAsync(user.Id, origin, cancellationToken);
        return SecondFactorResult.Wrong.Instance;
    }

    /// <summary>Records a wrong code, and the lockout that it caused.</summary>
    public async Task RecordFailureAsync(Guid userId, RequestOrigin origin, CancellationToken cancellationToken)
    {
        await audit.RecordFailureAsync(AuditAction.SecondFactorFailed, userId, origin, cancellationToken);
        if (await FindLockoutAsync(userId, cancellationToken) is not null)
        {
            await audit.RecordFailureAsync(AuditAction.SecondFactorLocked, userId, origin, cancellationToken);
        }

        await NotifyIfBlockedAsync(userId, origin, cancellationToken);
    }

    /// <summary>Records the time step of the code that enabled the second factor, so that the code can't be used again at login.</summary>
    public Task RecordStepAsync(Guid userId, long step, CancellationToken cancellationToken) =>
        db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO two_factor_states (user_id, last_step, failures, failed_at) VALUES ({userId}, {step}, 0, {clock.GetUtcNow()})
            ON CONFLICT (user_id) DO UPDATE
            SET last_step = greatest(two_factor_states.last_step, excluded.last_step), failures = 0, in_a_row = 0, blocked_at = NULL
            """,
            cancellationToken);

    /// <summary>Replaces the recovery codes with ten new ones, in the caller's transaction.</summary>
    public async Task<IReadOnlyList<string>> ReplaceRecoveryCodesAsync(Guid userId, CancellationToken cancellationToken)
    {
        string[] codes = [.. Enumerable.Range(0, 10).Select(_ => RecoveryCode.New())];

        // Serialize concurrent requests: two at once would each delete only the old codes and leave twenty.
        await db.LockAccountAsync(userId, cancellationToken);
        await db.RecoveryCodes.Where(c => c.UserId == userId).ExecuteDeleteAsync(cancellationToken);
        db.RecoveryCodes.AddRange(
            codes.Select(code => new RecoveryCodeHash { UserId = userId, CodeHash = RecoveryCode.Hash(code, userId, _recoveryKeys.Current) }));
        await db.SaveChangesAsync(cancellationToken);
        return codes;
    }

    /// <summary>Removes the authenticator app and the recovery codes, in the caller's transaction.</summary>
    public async Task RevokeAllAsync(Guid userId, CancellationToken cancellationToken)
    {
        await TurnOffAsync(userId, cancellationToken);
        await db.TwoFactorStates.Where(state => state.UserId == userId).ExecuteDeleteAsync(cancellationToken);
        await db.TwoFactorChallenges.Where(challenge => challenge.UserId == userId).ExecuteDeleteAsync(cancellationToken);
    }

    /// <summary>Removes the secret and the recovery codes. Counted failures remain, so that turning it off doesn't lift a lockout.</summary>
    public async Task TurnOffAsync(Guid userId, CancellationToken cancellationToken)
    {
        var stamp = Guid.NewGuid().ToString();
        await db.Users.Where(user => user.Id == userId).ExecuteUpdateAsync(
            set => set
                .SetProperty(user => user.HasTwoFactor, false)
                .SetProperty(user => user.TwoFactorSecret, (string?)null)
                .SetProperty(user => user.SecurityStamp, stamp),
            cancellationToken);
        await db.RecoveryCodes.Where(code => code.UserId == userId).ExecuteDeleteAsync(cancellationToken);
    }

    /// <summary>Counts the unused recovery codes, for the account export.</summary>
    public Task<int> CountRecoveryCodesAsync(Guid userId, CancellationToken cancellationToken) =>
        db.RecoveryCodes.CountAsync(code => code.UserId == userId, cancellationToken);

    /// <summary>Returns the lockout in effect, if any.</summary>
    public async Task<SecondFactorResult.Locked?> FindLockoutAsync(Guid userId, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var failedAt = await db.TwoFactorStates.Where(s => s.UserId == userId && s.Failures >= MaxFailures && s.FailedAt > now - LockoutDuration)
            .Select(s => (DateTimeOffset?)s.FailedAt).SingleOrDefaultAsync(cancellationToken);
        return failedAt is { } last ? new(last + LockoutDuration - now) : null;
    }

    /// <summary>Resets the failures after a correct code. One from a known address leaves the failures from unknown addresses counted.</summary>
    public Task AcceptAsync(Guid userId, CountedFailure counted, CancellationToken cancellationToken) => counted.IsUnknownAddress
        ? ResetFailuresAsync(userId, cancellationToken)
        : db.TwoFactorStates.Where(s => s.UserId == userId).ExecuteUpdateAsync(set => set.SetProperty(s => s.Failures, 0), cancellationToken);

    /// <summary>Resets all failures of an account after its owner or an administrator has authenticated in another way.</summary>
    public Task ResetFailuresAsync(Guid userId, CancellationToken cancellationToken) =>
        db.TwoFactorStates.Where(s => s.UserId == userId).ExecuteUpdateAsync(
            set => set.SetProperty(s => s.Failures, 0).SetProperty(s => s.InARow, 0).SetProperty(s => s.BlockedAt, (DateTimeOffset?)null), cancellationToken);

    /// <summary>Counts a failed attempt, or returns the lockout in effect.</summary>
    /// <param name="userId">The user whose second factor is being checked.</param>
    /// <param name="origin">The origin of the request; null during setup, where no code is being guessed.</param>
    /// <param name="cancellationToken">Canceled when the request is aborted.</param>
    public async Task<CountedFailure> CountFailureAsync(Guid userId, RequestOrigin? origin, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var counted = await db.Database.SqlQuery<bool>(
            $"""
            WITH place AS (
                SELECT {origin is not null} AND NOT EXISTS (
                    SELECT FROM login_addresses WHERE user_id = {userId} AND network = {origin?.Network}
                        AND last_login_at > {now - LoginAccounts.KnownFor}) AS is_unknown)
            INSERT INTO two_factor_states AS state (user_id, last_step, failures, in_a_row, failed_at) SELECT {userId}, 0, 1, is_unknown::integer, {now}
                FROM place
            ON CONFLICT (user_id) DO UPDATE
            SET failures = CASE WHEN state.failures >= {MaxFailures} THEN 1 ELSE state.failures + 1 END, in_a_row = state.in_a_row + excluded.in_a_row,
                failed_at = {now}
            WHERE (state.failures < {MaxFailures} OR state.failed_at <= {now - LockoutDuration}) AND (excluded.in_a_row = 0
                OR state.in_a_row < {FailedAttempts.MaxConsecutive})
            RETURNING (SELECT is_unknown FROM place) AS "Value"
            """).ToListAsync(cancellationToken);
        if (counted is [var isUnknownAddress])
        {
            return new(null, isUnknownAddress);
        }

        Log.Locked(logger, userId);

        // If no lockout is in effect, the failures from unknown addresses have reached their limit, which gets the same response.
        return new(await FindLockoutAsync(userId, cancellationToken) ?? new(LockoutDuration), IsUnknownAddress: true);
    }

    /// <summary>Sends the owner one email when the block begins, however many attempts follow.</summary>
    private async Task NotifyIfBlockedAsync(Guid userId, RequestOrigin origin, CancellationToken cancellationToken)
    {
        var blocked = db.TwoFactorStates.Where(s => s.UserId == userId && s.InARow >= FailedAttempts.MaxConsecutive && s.BlockedAt == null);
        if (!await blocked.AnyAsync(cancellationToken))
        {
            return;
        }

        await changes.RunAsync(
            userId,
            origin,
            async change =>
            {
                var now = clock.GetUtcNow();
                if (await blocked.ExecuteUpdateAsync(set => set.SetProperty(s => s.BlockedAt, now), cancellationToken) == 0
                    || await db.Users.Where(u => u.Id == userId).Select(u => u.Email).SingleOrDefaultAsync(cancellationToken) is not { } email)
                {
                    return false;
                }

                await change.RecordFailureAsync(AuditAction.SecondFactorBlocked);
                await change.NotifyOwnerAsync(AuditAction.SecondFactorBlocked, MailKind.SecondFactorBlocked, new(userId, email));
                change.AfterCommit(() => Log.Blocked(logger, userId, FailedAttempts.MaxConsecutive));
                change.Complete();
                return true;
            },
            cancellationToken);
    }

    private async Task<bool> AcceptTotpAsync(User user, string code, CountedFailure counted, CancellationToken cancellationToken)
    {
        if (totpSecrets.Read(user) is not { } secret || TotpCode.MatchingStep(secret, code, clock.GetUtcNow(), lastAcceptedStep: 0) is not { } step)
        {
            return false;
        }

        // A time step works once and steps never go back (RFC 6238 section 5.2). The guarded update lets only one of several concurrent requests win.
        var accepted = await db.TwoFactorStates.Where(s => s.UserId == user.Id && s.LastStep < step)
            .ExecuteUpdateAsync(set => set.SetProperty(s => s.LastStep, step), cancellationToken);
        if (accepted == 0)
        {
            // A code that was just accepted is a double submission rather than a guess.
            var fromUnknown = counted.IsUnknownAddress ? 1 : 0;
            await db.TwoFactorStates.Where(s => s.UserId == user.Id && s.Failures > 0).ExecuteUpdateAsync(
                set => set.SetProperty(s => s.Failures, s => s.Failures - 1).SetProperty(s => s.InARow, s => Math.Max(0, s.InARow - fromUnknown)),
                cancellationToken);
            return false;
        }

        await AcceptAsync(user.Id, counted, cancellationToken);
        await totpSecrets.ReencryptAsync(user, cancellationToken);
        return true;
    }

    private async Task<bool> AcceptRecoveryCodeAsync(
        User user, string? input, CountedFailure counted, RequestOrigin origin, CancellationToken cancellationToken)
    {
        if (!RecoveryCode.TryNormalize(input, out var canonical))
        {
            return false;
        }

        // Recovery codes that were created before SECRET_KEY was rotated are found by their hash under the old key.
        byte[][] hashes = [.. _recoveryKeys.All.Select(key => RecoveryCode.Hash(canonical, user.Id, key))];
        return await changes.RunAsync(
            user.Id,
            origin,
            async change =>
            {
                if (await db.RecoveryCodes.Where(c => c.UserId == user.Id && hashes.Contains(c.CodeHash)).ExecuteDeleteAsync(cancellationToken) == 0)
                {
                    return false;
                }

                await AcceptAsync(user.Id, counted, cancellationToken);
                await change.CompleteAndNotifyAsync(AuditAction.RecoveryCodeUsed, MailKind.RecoveryCodeUsed, user.Owner);
                change.AfterCommit(() => Log.RecoveryCodeUsed(logger, user.Id));
                return true;
            },
            cancellationToken);
    }

    private static partial class Log
    {
        [LoggerMessage(2700, LogLevel.Warning, "Second factor of user {UserId} is locked after too many wrong codes")]
        public static partial void Locked(ILogger logger, Guid userId);

        [LoggerMessage(
            2701,
            LogLevel.Warning,
            "Second factor of user {UserId} is blocked for unknown addresses after {Count} wrong codes in a row, until the password is reset by "
                + "email or an administrator unlocks the account")]
        public static partial void Blocked(ILogger logger, Guid userId, int count);

        [LoggerMessage(2702, LogLevel.Information, "User {UserId} used a recovery code")]
        public static partial void RecoveryCodeUsed(ILogger logger, Guid userId);
    }
}
