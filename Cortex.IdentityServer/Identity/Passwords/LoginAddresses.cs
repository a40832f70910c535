using Cortex.IdentityServer.Foundation.Data;
using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.Identity.Passwords;

/// <summary>Reads and deletes the networks from which a user logged in.</summary>
internal sealed class LoginAddresses(CortexDbContext db)
{
    /// <summary>Deletes all of them in the caller's transaction, so no network is known for the user.</summary>
    public Task ForgetAllAsync(Guid userId, CancellationToken cancellationToken) =>
        db.LoginAddresses.Where(address => address.UserId == userId).ExecuteDeleteAsync(cancellationToken);

    /// <summary>Exports the networks, in alphabetical order.</summary>
    public IAsyncEnumerable<ExportedLoginAddress> ExportAsync(Guid userId, CancellationToken cancellationToken) =>
        RowPages.ReadAsync<LoginAddress>(last => db.LoginAddresses.FromSql(
            $"SELECT * FROM login_addresses WHERE user_id = {userId} AND network > {last?.Network ?? ""} ORDER BY network LIMIT {RowPages.Size}")
                .AsNoTracking()
                .ToListAsync(cancellationToken))
            .Select(address => new ExportedLoginAddress(address.Network, address.LastLoginAt));
}
