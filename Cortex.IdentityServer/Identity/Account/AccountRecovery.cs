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

/// <summary>Restores an account to the person who has proved that they own its mailbox.</summary>
internal sealed class AccountRecovery(
    CortexDbContext db, ApiKeyService keys, UserPasskeys passkeys, SecondFactor secondFactor, LoginAddresses addresses, SessionService sessions)
{
    /// <summary>
    /// Ends all sessions and lifts the lockout after wrong codes. If the email had never been verified, removes the access of the person who created the
    /// account.
    /// </summary>
    public async Task RunAsync(AccountChange change, User user, CancellationToken cancellationToken)
    {
        await secondFactor.ResetFailuresAsync(user.Id, cancellationToken);
        await sessions.RevokeAllAsync(change, SessionEnd.PasswordReset, cancellationToken);
        if (!user.EmailConfirmed)
        {
            await RemoveAttackerAccessAsync(change, user, cancellationToken);
        }
    }

    /// <summary>
    /// An email that was never verified may belong to an account that an attacker created. This removes every credential with which the attacker could regain
    /// access, and the second factor, which would lock the owner out.
    /// </summary>
    private async Task RemoveAttackerAccessAsync(AccountChange change, User user, CancellationToken cancellationToken)
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

        // The networks and devices from which the attacker logged in must not count as the owner's.
        await addresses.ForgetAllAsync(user.Id, cancellationToken);
        await sessions.ForgetDevicesAsync(user.Id, cancellationToken);
        await change.RecordAsync(AuditAction.EmailVerified);
    }
}
