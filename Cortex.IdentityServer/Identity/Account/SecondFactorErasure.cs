using Cortex.IdentityServer.Foundation.Data;
using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.Identity.Account;

/// <summary>Deletes what an account proves a second factor with, except for the columns of <c>users</c>.</summary>
internal static class SecondFactorErasure
{
    /// <summary>Recovery codes, passkeys, the count of wrong codes and every challenge, in the caller's transaction.</summary>
    public static async Task EraseSecondFactorsAsync(this CortexDbContext db, Guid userId, CancellationToken cancellationToken)
    {
        await db.RecoveryCodes.Where(code => code.UserId == userId).ExecuteDeleteAsync(cancellationToken);
        await db.TwoFactorStates.Where(state => state.UserId == userId).ExecuteDeleteAsync(cancellationToken);
        await db.TwoFactorChallenges.Where(challenge => challenge.UserId == userId).ExecuteDeleteAsync(cancellationToken);
        await db.Passkeys.Where(passkey => passkey.UserId == userId).ExecuteDeleteAsync(cancellationToken);
        await db.PasskeyChallenges.Where(challenge => challenge.UserId == userId).ExecuteDeleteAsync(cancellationToken);
    }
}
