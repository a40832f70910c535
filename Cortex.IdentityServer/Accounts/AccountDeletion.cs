using Cortex.IdentityServer.Audit;
using Cortex.IdentityServer.Data;
using Cortex.IdentityServer.Http;
using Cortex.IdentityServer.Login;
using Cortex.IdentityServer.Mail;
using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.Accounts;

/// <summary>Deletes an account at its owner's wish, with all that hangs on it.</summary>
internal sealed partial class AccountDeletion(CortexDbContext db, Reauthentication reauthentication, AccountEvents events, ILogger<AccountDeletion> logger)
{
    /// <summary>In seconds: usage of years goes with the account, row by row.</summary>
    private const int Patience = 60;

    /// <summary>Null when it is done.</summary>
    public async Task<Problem?> TryAsync(Guid userId, ReauthenticateRequest request, Client client, CancellationToken cancellationToken)
    {
        if (await reauthentication.FindAsync(userId, cancellationToken) is not { } user)
        {
            return Problems.SessionRevoked;
        }

        if (await reauthentication.RefuseAsync(user, request.Password, new(request.TwoFactorCode, request.RecoveryCode), client, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if ((await db.Database.SqlQuery<Guid>($"SELECT id FROM users WHERE id = {userId} AND security_stamp IS NOT DISTINCT FROM {user.SecurityStamp}::text FOR UPDATE").ToListAsync(cancellationToken)).Count == 0)
        {
            // Another request was first, or what was proved no longer counts.
            return Problems.SessionRevoked;
        }

        if (await IsLastAdminAsync(userId, cancellationToken))
        {
            return Problems.LastAdmin;
        }

        // Noted before, so that this event too is left without the person: a trigger sees to that when the account goes.
        await events.NoteAndTellAsync(AuditAction.AccountDeleted, MailKind.AccountDeleted, user.Owner, client, cancellationToken);
        var usual = db.Database.GetCommandTimeout();
        db.Database.SetCommandTimeout(Patience);
        try
        {
            await db.Users.Where(u => u.Id == userId).ExecuteDeleteAsync(cancellationToken);
        }
        finally
        {
            db.Database.SetCommandTimeout(usual);
        }

        await transaction.CommitAsync(cancellationToken);
        events.Committed(userId);
        Log.Deleted(logger, userId);
        return null;
    }

    /// <summary>Of those who may log in. They are locked, so that of two administrators who leave at a time one stays.</summary>
    private async Task<bool> IsLastAdminAsync(Guid userId, CancellationToken cancellationToken)
    {
        var admins = await db.Database.SqlQuery<Guid>($"""
            SELECT user_id FROM user_roles JOIN roles ON roles.id = role_id JOIN users ON users.id = user_id
            WHERE name = {Role.Admin} AND coalesce(users.is_active, true) ORDER BY user_id FOR UPDATE OF user_roles
            """).ToListAsync(cancellationToken);
        return admins is [var only] && only == userId;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "User {UserId} deleted their account")]
        public static partial void Deleted(ILogger logger, Guid userId);
    }
}
