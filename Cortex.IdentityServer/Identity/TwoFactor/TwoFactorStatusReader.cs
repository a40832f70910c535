using Cortex.IdentityServer.Foundation.Data;
using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.Identity.TwoFactor;

/// <summary>Reads the state of a user's second factor.</summary>
internal sealed class TwoFactorStatusReader(CortexDbContext db)
{
    /// <summary>Returns the state; null if the account doesn't exist.</summary>
    public Task<TwoFactorStatusResponse?> ReadAsync(Guid userId, CancellationToken cancellationToken) => db.Users
        .Where(user => user.Id == userId)
        .Select(user => new TwoFactorStatusResponse(
            user.HasTwoFactor == true,
            user.HasTwoFactor == true ? db.Set<RecoveryCodeHash>().Count(code => code.UserId == user.Id) : 0))
        .SingleOrDefaultAsync(cancellationToken);
}
