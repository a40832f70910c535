using Cortex.IdentityServer.Data;
using Cortex.IdentityServer.Data.Freshness;
using Cortex.IdentityServer.Http;
using Cortex.IdentityServer.Sessions;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.Accounts;

/// <summary>Changes a password that its owner knows.</summary>
internal sealed partial class PasswordChange(
    CortexDbContext db, IPasswordHasher<User> hasher, SessionService sessions, Changes changes, ILogger<PasswordChange> logger)
{
    /// <summary>Null when it is done; the other sessions have ended with it.</summary>
    public async Task<Problem?> TryAsync(Guid userId, Guid sessionId, ChangePasswordRequest request, CancellationToken cancellationToken)
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

        if (hasher.VerifyHashedPassword(user, user.PasswordHash!, request.CurrentPassword) == PasswordVerificationResult.Failed)
        {
            return WrongPassword;
        }

        if (request.NewPassword == request.CurrentPassword)
        {
            return Weak("new_password", "The new password is the current one.");
        }

        // Hashed before the transaction, which then holds its connection for three statements only.
        var hash = hasher.HashPassword(user, request.NewPassword);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var stamp = Guid.NewGuid().ToString();
        var changed = await db.Users.Where(u => u.Id == userId && u.PasswordHash == user.PasswordHash).ExecuteUpdateAsync(
            set => set.SetProperty(u => u.PasswordHash, hash).SetProperty(u => u.SecurityStamp, stamp), cancellationToken);
        if (changed == 0)
        {
            // Somebody changed it meanwhile, so what was sent as the current one no longer is.
            return WrongPassword;
        }

        await sessions.EndAllAsync(userId, except: sessionId, SessionEnd.PasswordChanged, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        changes.Changed(userId);
        Log.Changed(logger, userId);
        return null;
    }

    /// <summary>Says which field holds the weak password, and why it is weak.</summary>
    public static Problem Weak(string field, params string[] reasons) => new(Problems.WeakPassword)
    {
        Detail = reasons[0],
        Errors = new Dictionary<string, string[]> { [field] = reasons },
    };

    private static Problem WrongPassword => new(Problems.InvalidCredentials) { Detail = "The current password is wrong." };

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "User {UserId} changed their password")]
        public static partial void Changed(ILogger logger, Guid userId);
    }
}
