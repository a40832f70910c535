using Cortex.IdentityServer.Accounts;
using Cortex.IdentityServer.Audit;
using Cortex.IdentityServer.Data;
using Cortex.IdentityServer.Http;
using Cortex.IdentityServer.Mail;
using Cortex.IdentityServer.Secrets;
using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.TwoFactor;

/// <summary>What a person sent as their second factor: one of the two.</summary>
internal sealed record SecondFactorCode(string? Totp, string? Recovery);

/// <summary>The outcome of a second factor.</summary>
internal abstract record SecondFactorResult
{
    public sealed record Accepted : SecondFactorResult;

    /// <summary>Wrong, too old, or used before.</summary>
    public sealed record Wrong : SecondFactorResult;

    public sealed record Locked(TimeSpan RetryAfter) : SecondFactorResult;
}

/// <summary>
/// Checks authenticator and recovery codes: each counts once, over all replicas, and ten failures in a row lock the second factor
/// of an account for fifteen minutes (contract 6).
/// </summary>
internal sealed partial class SecondFactor(
    CortexDbContext db, TotpSecrets totpSecrets, SecretKeys secrets, AccountEvents events, TimeProvider clock, ILogger<SecondFactor> logger)
{
    /// <summary>In a row; then it is locked.</summary>
    public const int MostFailures = 10;

    public static readonly TimeSpan LockTime = TimeSpan.FromMinutes(15);

    private readonly KeyRing _recoveryKeys = secrets.Derive("recovery-code");

    public async Task<SecondFactorResult> VerifyAsync(User user, SecondFactorCode code, Client client, CancellationToken cancellationToken)
    {
        // A failure is booked before the code is looked at and taken back when it is right, so that parallel or aborted guesses all count.
        if (await BookFailureAsync(user.Id, cancellationToken) is { } locked)
        {
            return locked;
        }

        var isRight = code.Totp is { } totp
            ? await AcceptTotpAsync(user, totp, cancellationToken)
            : await AcceptRecoveryCodeAsync(user, code.Recovery, client, cancellationToken);
        if (isRight)
        {
            return new SecondFactorResult.Accepted();
        }

        await NoteFailureAsync(user.Id, client, cancellationToken);
        return new SecondFactorResult.Wrong();
    }

    /// <summary>Writes a wrong code down and, when it was the one that locks, that too.</summary>
    public async Task NoteFailureAsync(Guid userId, Client client, CancellationToken cancellationToken)
    {
        await events.NoteFailureAsync(AuditAction.SecondFactorFailed, userId, client, cancellationToken);
        if (await LockAsync(userId, cancellationToken) is not null)
        {
            await events.NoteFailureAsync(AuditAction.SecondFactorLocked, userId, client, cancellationToken);
        }
    }

    /// <summary>Notes the step of a code that was accepted when the factor was set up, so that it can't be used again at a login.</summary>
    public Task SpendStepAsync(Guid userId, long step, CancellationToken cancellationToken) =>
        db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO two_factor_states (user_id, last_step, failures, failed_at) VALUES ({userId}, {step}, 0, {clock.GetUtcNow()})
            ON CONFLICT (user_id) DO UPDATE SET last_step = greatest(two_factor_states.last_step, excluded.last_step), failures = 0
            """,
            cancellationToken);

    /// <summary>Ten new recovery codes in place of the old ones, in the caller's transaction.</summary>
    public async Task<IReadOnlyList<string>> ReplaceRecoveryCodesAsync(Guid userId, CancellationToken cancellationToken)
    {
        string[] codes = [.. Enumerable.Range(0, 10).Select(_ => RecoveryCode.New())];

        // One after another: two at once would each delete the old ones only, and leave twenty.
        await db.LockAccountAsync(userId, cancellationToken);
        await db.RecoveryCodes.Where(c => c.UserId == userId).ExecuteDeleteAsync(cancellationToken);
        db.RecoveryCodes.AddRange(codes.Select(code => new RecoveryCodeHash { UserId = userId, CodeHash = RecoveryCode.Hash(code, userId, _recoveryKeys.Current) }));
        await db.SaveChangesAsync(cancellationToken);
        return codes;
    }

    /// <summary>The lock that holds now, if one does.</summary>
    public async Task<SecondFactorResult.Locked?> LockAsync(Guid userId, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var failedAt = await db.TwoFactorStates.Where(s => s.UserId == userId && s.Failures >= MostFailures && s.FailedAt > now - LockTime)
            .Select(s => (DateTimeOffset?)s.FailedAt).SingleOrDefaultAsync(cancellationToken);
        return failedAt is { } last ? new(last + LockTime - now) : null;
    }

    /// <summary>Ends the row of failures: the second factor was right.</summary>
    public Task ForgiveAsync(Guid userId, CancellationToken cancellationToken) =>
        db.TwoFactorStates.Where(s => s.UserId == userId).ExecuteUpdateAsync(set => set.SetProperty(s => s.Failures, 0), cancellationToken);

    /// <summary>Counts a wrong code; gives the lock where there is one already.</summary>
    public async Task<SecondFactorResult.Locked?> BookFailureAsync(Guid userId, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var booked = await db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO two_factor_states AS state (user_id, last_step, failures, failed_at) VALUES ({userId}, 0, 1, {now})
            ON CONFLICT (user_id) DO UPDATE
            SET failures = CASE WHEN state.failures >= {MostFailures} THEN 1 ELSE state.failures + 1 END, failed_at = {now}
            WHERE state.failures < {MostFailures} OR state.failed_at <= {now - LockTime}
            """,
            cancellationToken);
        if (booked == 1)
        {
            return null;
        }

        var failedAt = await db.TwoFactorStates.Where(s => s.UserId == userId).Select(s => (DateTimeOffset?)s.FailedAt).SingleOrDefaultAsync(cancellationToken);
        Log.Locked(logger, userId);
        return new(failedAt is { } last && last + LockTime > now ? last + LockTime - now : TimeSpan.FromSeconds(1));
    }

    private async Task<bool> AcceptTotpAsync(User user, string code, CancellationToken cancellationToken)
    {
        if (totpSecrets.Read(user) is not { } secret || TotpCode.MatchingStep(secret, code, clock.GetUtcNow(), lastAcceptedStep: 0) is not { } step)
        {
            return false;
        }

        // RFC 6238 section 5.2: a step counts once and time doesn't run back. The guard decides, so that sixteen at once give one.
        var accepted = await db.TwoFactorStates.Where(s => s.UserId == user.Id && s.LastStep < step)
            .ExecuteUpdateAsync(set => set.SetProperty(s => s.LastStep, step).SetProperty(s => s.Failures, 0), cancellationToken);
        if (accepted == 0)
        {
            // A code that was right a moment ago is a double click and no guess.
            await db.TwoFactorStates.Where(s => s.UserId == user.Id && s.Failures > 0)
                .ExecuteUpdateAsync(set => set.SetProperty(s => s.Failures, s => s.Failures - 1), cancellationToken);
            return false;
        }

        await totpSecrets.RenewAsync(user, cancellationToken);
        return true;
    }

    private async Task<bool> AcceptRecoveryCodeAsync(User user, string? typed, Client client, CancellationToken cancellationToken)
    {
        if (!RecoveryCode.TryNormalize(typed, out var canonical))
        {
            return false;
        }

        // A code made before SECRET_KEY was rotated is known by its hash under the old key.
        byte[][] hashes = [.. _recoveryKeys.All.Select(key => RecoveryCode.Hash(canonical, user.Id, key))];
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await db.RecoveryCodes.Where(c => c.UserId == user.Id && hashes.Contains(c.CodeHash)).ExecuteDeleteAsync(cancellationToken) == 0)
        {
            return false;
        }

        await ForgiveAsync(user.Id, cancellationToken);
        await events.NoteAndTellAsync(AuditAction.RecoveryCodeUsed, MailKind.RecoveryCodeUsed, user.Owner, client, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        events.Committed(user.Id);
        Log.RecoveryCodeUsed(logger, user.Id);
        return true;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Second factor of user {UserId} is locked after too many wrong codes")]
        public static partial void Locked(ILogger logger, Guid userId);

        [LoggerMessage(Level = LogLevel.Information, Message = "User {UserId} used a recovery code")]
        public static partial void RecoveryCodeUsed(ILogger logger, Guid userId);
    }
}
