using Cortex.IdentityServer.Data;
using Cortex.IdentityServer.Data.Freshness;
using Cortex.IdentityServer.Http;
using Cortex.IdentityServer.Login;
using Cortex.IdentityServer.Sessions;
using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.Accounts;

/// <summary>Changes a password that its owner knows.</summary>
internal sealed partial class PasswordChange(
    CortexDbContext db, PasswordCheck check, LoginAttempts attempts, SessionService sessions, Changes changes, ILogger<PasswordChange> logger)
{
    /// <summary>Null when it is done; the other sessions have ended with it.</summary>
    public async Task<Problem?> TryAsync(Guid userId, Guid sessionId, ChangePasswordRequest request, Client client, CancellationToken cancellationToken)
    {
        var user = await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Id == userId, cancellationToken);
        if (user is null)
        {
            return Problems.SessionRevoked;
        }

        if (PasswordRules.WhyWeak(request.NewPassword, user.Email!) is { } weakness)
        {
            return Weak("new_password", weakness);
        }

        // The new one is hashed before the transaction, which then holds its connection for three statements only.
        switch (await check.TryAsync(new(user.Email!, request.CurrentPassword, client, request.NewPassword), cancellationToken))
        {
            case PasswordCheckResult.Refused refused:
                return Problem.RateLimited(refused.RetryAfter);
            case PasswordCheckResult.Busy busy:
                return Problem.Busy(busy.RetryAfter);
            case PasswordCheckResult.Right when request.NewPassword == request.CurrentPassword:
                return Weak("new_password", "The new password is the current one.");
            case PasswordCheckResult.Right { User: var checkedUser, NewHash: { } hash } when checkedUser.Id == userId:
                return await ReplaceAsync(checkedUser, hash, sessionId, cancellationToken);
            default:
                return WrongPassword;
        }
    }

    /// <summary>Says which field holds the weak password, and why it is weak.</summary>
    public static Problem Weak(string field, string reason) => new(Problems.WeakPassword)
    {
        Detail = reason,
        Errors = new Dictionary<string, string[]> { [field] = [reason] },
    };

    private async Task<Problem?> ReplaceAsync(User user, string hash, Guid sessionId, CancellationToken cancellationToken)
    {
        // Before the change: whoever knows the password owns the account, and a failure afterwards would deny a change that was made.
        await attempts.ForgiveAsync(user.Email!, cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var stamp = Guid.NewGuid().ToString();
        var changed = await db.Users.Where(u => u.Id == user.Id && u.PasswordHash == user.PasswordHash).ExecuteUpdateAsync(
            set => set.SetProperty(u => u.PasswordHash, hash).SetProperty(u => u.SecurityStamp, stamp), cancellationToken);
        if (changed == 0)
        {
            // Somebody changed it meanwhile, so what was sent as the current one no longer is.
            return WrongPassword;
        }

        await sessions.EndAllAsync(user.Id, except: sessionId, SessionEnd.PasswordChanged, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        changes.Changed(user.Id);
        Log.Changed(logger, user.Id);
        return null;
    }

    private static Problem WrongPassword => new(Problems.InvalidCredentials) { Detail = "The current password is wrong." };

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "User {UserId} changed their password")]
        public static partial void Changed(ILogger logger, Guid userId);
    }
}
