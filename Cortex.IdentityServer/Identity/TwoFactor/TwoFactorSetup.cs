using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Audit;
using Cortex.IdentityServer.Identity.Events;
using Cortex.IdentityServer.Identity.Mail;
using Cortex.IdentityServer.Identity.Sessions;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.Identity.TwoFactor;

/// <summary>Turns a user's second factor on and off. Either change ends the user's other sessions, which started without it or with the old one.</summary>
internal sealed partial class TwoFactorSetup(
    CortexDbContext db, TotpSecrets totpSecrets, SecondFactor secondFactor, SessionService sessions, AccountChanges changes, TimeProvider clock,
    ILogger<TwoFactorSetup> logger)
{
    /// <summary>Creates a secret and stores it until a code proves that the app has it. Returns null if the second factor is already enabled.</summary>
    public async Task<string?> BeginAsync(Guid userId, CancellationToken cancellationToken)
    {
        var secret = Base32.Encode(TotpCode.NewSecret());
        var encrypted = totpSecrets.Encrypt(userId, secret);
        var written = await db.Users.Where(u => u.Id == userId && u.HasTwoFactor != true)
            .ExecuteUpdateAsync(set => set.SetProperty(u => u.TwoFactorSecret, encrypted), cancellationToken);
        return written == 1 ? secret : null;
    }

    /// <summary>Enables the second factor if the code is correct. Returns the recovery codes, or the refusal.</summary>
    public async Task<(IReadOnlyList<string> Codes, Refusal? Problem)> ConfirmAsync(
        User user, Guid sessionId, string code, RequestOrigin origin, CancellationToken cancellationToken)
    {
        if (user.TwoFactorEnabled)
        {
            return ([], Problems.TwoFactorAlreadyEnabled);
        }

        if (totpSecrets.Read(user) is not { } secret)
        {
            return ([], Problems.TwoFactorNotEnabled with { Detail = "Call /api/v1/auth/2fa/enable first." });
        }

        if (await secondFactor.FindLockoutAsync(user.Id, cancellationToken) is { } locked)
        {
            return ([], Refusal.RateLimited(locked.RetryAfter));
        }

        if (TotpCode.MatchingStep(secret, code, clock.GetUtcNow(), lastAcceptedStep: 0) is not { } step)
        {
            var isLocked = (await secondFactor.CountFailureAsync(user.Id, origin: null, cancellationToken)).Lockout;
            await secondFactor.RecordFailureAsync(user.Id, origin, cancellationToken);
            return ([], isLocked is null ? OwnerProof.WrongCode : Refusal.RateLimited(isLocked.RetryAfter));
        }

        return await changes.RunAsync(
            user.Id, origin, change => EnableAsync(change, user, sessionId, step, cancellationToken), cancellationToken);
    }

    /// <summary>Returns false if the session has ended in the meantime.</summary>
    public Task<bool> DisableAsync(User user, Guid sessionId, RequestOrigin origin, CancellationToken cancellationToken) => changes.RunAsync(
        user.Id,
        origin,
        async change =>
        {
            if (!await sessions.IsLiveAsync(user.Id, sessionId, cancellationToken))
            {
                return false;
            }

            await secondFactor.TurnOffAsync(user.Id, cancellationToken);
            await sessions.RevokeAllAsync(change, SessionEnd.TwoFactorChanged, cancellationToken, except: sessionId);
            await change.CompleteAndNotifyAsync(AuditAction.TwoFactorDisabled, MailKind.TwoFactorDisabled, user.Owner);
            change.AfterCommit(() => Log.Disabled(logger, user.Id));
            return true;
        },
        cancellationToken);

    /// <summary>Returns null if the session has ended in the meantime.</summary>
    public Task<IReadOnlyList<string>?> RenewRecoveryCodesAsync(User user, Guid sessionId, RequestOrigin origin, CancellationToken cancellationToken) =>
        changes.RunAsync(
            user.Id,
            origin,
            async change =>
            {
                if (!await sessions.IsLiveAsync(user.Id, sessionId, cancellationToken))
                {
                    return null;
                }

                var codes = await secondFactor.ReplaceRecoveryCodesAsync(user.Id, cancellationToken);
                await sessions.RevokeAllAsync(change, SessionEnd.TwoFactorChanged, cancellationToken, except: sessionId);
                await change.CompleteAndNotifyAsync(AuditAction.RecoveryCodesRenewed, MailKind.RecoveryCodesRenewed, user.Owner);
                change.AfterCommit(() => Log.CodesRenewed(logger, user.Id));
                return codes;
            },
            cancellationToken);

    private async Task<(IReadOnlyList<string> Codes, Refusal? Problem)> EnableAsync(
        AccountChange change, User user, Guid sessionId, long step, CancellationToken cancellationToken)
    {
        if (!await sessions.IsLiveAsync(user.Id, sessionId, cancellationToken))
        {
            return ([], Problems.SessionRevoked);
        }

        var stamp = Guid.NewGuid().ToString();
        var switched = await db.Users.Where(u => u.Id == user.Id && u.HasTwoFactor != true && u.TwoFactorSecret == user.TwoFactorSecret)
            .ExecuteUpdateAsync(set => set.SetProperty(u => u.HasTwoFactor, true).SetProperty(u => u.SecurityStamp, stamp), cancellationToken);
        if (switched == 0)
        {
            // Another request came first, or requested a newer secret.
            return ([], Problems.TwoFactorAlreadyEnabled);
        }

        await totpSecrets.ReencryptAsync(user, cancellationToken);
        await secondFactor.RecordStepAsync(user.Id, step, cancellationToken);
        var codes = await secondFactor.ReplaceRecoveryCodesAsync(user.Id, cancellationToken);
        await sessions.RevokeAllAsync(change, SessionEnd.TwoFactorChanged, cancellationToken, except: sessionId);
        await change.CompleteAndNotifyAsync(AuditAction.TwoFactorEnabled, MailKind.TwoFactorEnabled, user.Owner);
        change.AfterCommit(() => Log.Enabled(logger, user.Id));
        return (codes, null);
    }

    private static partial class Log
    {
        [LoggerMessage(2705, LogLevel.Information, "User {UserId} turned two-factor authentication on")]
        public static partial void Enabled(ILogger logger, Guid userId);

        [LoggerMessage(2706, LogLevel.Information, "User {UserId} turned two-factor authentication off")]
        public static partial void Disabled(ILogger logger, Guid userId);

        [LoggerMessage(2707, LogLevel.Information, "User {UserId} created new recovery codes")]
        public static partial void CodesRenewed(ILogger logger, Guid userId);
    }
}
