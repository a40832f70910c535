using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Identity.ApiKeys;
using Cortex.IdentityServer.Identity.Audit;
using Cortex.IdentityServer.Identity.Events;
using Cortex.IdentityServer.Identity.Passkeys;
using Cortex.IdentityServer.Identity.Passwords;
using Cortex.IdentityServer.Identity.Sessions;
using Cortex.IdentityServer.Identity.TwoFactor;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.Identity.Account;

/// <summary>Gives an account back to the person who has proved that its mailbox is theirs.</summary>
internal sealed class AccountRecovery(
    CortexDbContext db, ApiKeyService keys, UserPasskeys passkeys, SecondFactor secondFactor, LoginAddresses addresses, SessionService sessions)
{
    /// <summary>Ends all sessions and the waits after wrong codes; if nobody had proved the mailbox before, takes the account from whoever made it.</summary>
    public async Task RunAsync(AccountChange change, User user, CancellationToken cancellationToken)
    {
        await secondFactor.ResetFailuresAsync(user.Id, cancellationToken);
        await sessions.RevokeAllAsync(change, SessionEnd.PasswordReset, cancellationToken);
        if (!user.EmailConfirmed)
        {
            await TakeFromStrangerAsync(change, user, cancellationToken);
        }
    }

    /// <summary>
    /// Nobody had proved this mailbox before, so a stranger may have made the account. Removes everything that the stranger could come back with, and the
    /// second factor too, which would keep the owner out.
    /// </summary>
    private async Task TakeFromStrangerAsync(AccountChange change, User user, CancellationToken cancellationToken)
    {
        await db.Users.Where(u => u.Id == user.Id).ExecuteUpdateAsync(set => set.SetProperty(u => u.IsVerified, true), cancellationToken);
        foreach (var key in await keys.RevokeAllAsync(user.Id, cancellationToken))
        {
            await change.RecordAsync(AuditAction.ApiKeyRevoked, ("api_key_id", key.ToString()));
        }

        foreach (var passkey in await passkeys.RevokeAllAsync(user.Id, cancellationToken))
        {
            await change.RecordAsync(AuditAction.PasskeyRemoved, ("passkey_id", passkey.ToString()));
        }

        if (user.TwoFactorEnabled)
        {
            await change.RecordAsync(AuditAction.TwoFactorDisabled);
        }

        await secondFactor.RevokeAllAsync(user.Id, cancellationToken);

        // The places where the stranger logged in are none where the owner is known.
        await addresses.ForgetAllAsync(user.Id, cancellationToken);
        await sessions.ForgetDevicesAsync(user.Id, cancellationToken);
        await change.RecordAsync(AuditAction.EmailVerified);
    }
}
