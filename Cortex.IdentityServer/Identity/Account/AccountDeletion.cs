using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Events;
using Cortex.IdentityServer.Identity.Login;
using Cortex.IdentityServer.Identity.Mail;
using Cortex.IdentityServer.Identity.TwoFactor;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.Identity.Account;

/// <summary>Deletes an account at its owner's request.</summary>
internal sealed partial class AccountDeletion(
    CortexDbContext db, OwnerProof proof, AccountRemoval removal, AccountChanges changes, ILogger<AccountDeletion> logger)
{
    /// <summary>Returns null on success.</summary>
    public async Task<Refusal?> TryAsync(Guid userId, ReauthenticateRequest request, RequestOrigin origin, CancellationToken cancellationToken)
    {
        if (await proof.FindUserAsync(userId, cancellationToken) is not { } user)
        {
            return Problems.SessionRevoked;
        }

        if (await proof.VerifyAsync(
            user, request.Password, new(request.TwoFactorCode, request.RecoveryCode), origin, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        return await changes.RunAsync(
            userId,
            origin,
            () => db.LockAccountForDeletionAsync(userId, cancellationToken),
            async change =>
            {
                if (!await db.Users.AnyAsync(u => u.Id == userId && u.SecurityStamp == user.SecurityStamp, cancellationToken))
                {
                    // Another request deleted the account first, or the credentials have changed since they were verified.
                    return Problems.SessionRevoked;
                }

                change.AfterCommit(() => Log.Deleted(logger, userId));
                return await removal.TryAsync(change, user.Owner, MailKind.AccountDeleted, before: [], cancellationToken);
            },
            cancellationToken);
    }

    private static partial class Log
    {
        [LoggerMessage(3200, LogLevel.Information, "User {UserId} deleted their account")]
        public static partial void Deleted(ILogger logger, Guid userId);
    }
}
