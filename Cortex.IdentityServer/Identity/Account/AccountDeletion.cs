using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Events;
using Cortex.IdentityServer.Identity.Login;
using Cortex.IdentityServer.Identity.Mail;
using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.Identity.Account;

/// <summary>Deletes an account at its owner's wish.</summary>
internal sealed partial class AccountDeletion(
    CortexDbContext db, Reauthentication reauthentication, AccountRemoval removal, AccountEvents events, ILogger<AccountDeletion> logger)
{
    /// <summary>Null when it is done.</summary>
    public async Task<Refusal?> TryAsync(Guid userId, ReauthenticateRequest request, RequestOrigin origin, CancellationToken cancellationToken)
    {
        if (await reauthentication.FindAsync(userId, cancellationToken) is not { } user)
        {
            return Problems.SessionRevoked;
        }

        if (await reauthentication.RefuseAsync(
            user, request.Password, new(request.TwoFactorCode, request.RecoveryCode), origin, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if ((await db.Database.SqlQuery<Guid>(
            $"SELECT id FROM users WHERE id = {userId} AND security_stamp IS NOT DISTINCT FROM {user.SecurityStamp}::text FOR UPDATE")
            .ToListAsync(cancellationToken)).Count == 0)
        {
            // Another request was first, or what was proved no longer counts.
            return Problems.SessionRevoked;
        }

        if (await removal.TryAsync(user.Owner, MailKind.AccountDeleted, was: [], origin, cancellationToken) is { } kept)
        {
            return kept;
        }

        await transaction.CommitAsync(cancellationToken);
        events.Committed(userId);
        Log.Deleted(logger, userId);
        return null;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "User {UserId} deleted their account")]
        public static partial void Deleted(ILogger logger, Guid userId);
    }
}
