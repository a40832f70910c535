using Cortex.IdentityServer.Accounts;
using Cortex.IdentityServer.Data;
using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.Login;

/// <summary>Whose password is being tried.</summary>
/// <param name="Folded">The email as the database compares it: all spellings of one account have one.</param>
/// <param name="User">Null when nobody has this email.</param>
/// <param name="IsKnown">Whether this user logged in from this network lately.</param>
internal sealed record LoginAccount(string Folded, User? User, bool IsKnown);

/// <summary>Finds the account of an email as it is typed, with the same queries whether there is one or not.</summary>
internal sealed class LoginAccounts(CortexDbContext db, TimeProvider clock)
{
    /// <summary>For how long after a login an address has a count of its own.</summary>
    public static readonly TimeSpan KnownFor = TimeSpan.FromDays(30);

    public async Task<LoginAccount> FindAsync(string typed, string network, CancellationToken cancellationToken)
    {
        var email = Composed(typed.Trim());
        var since = clock.GetUtcNow() - KnownFor;

        // The database folds case here as its unique index does: a spelling that only one of the two took for another would be a
        // second count for the same account.
        var found = await db.Database.SqlQuery<Found>($"""
            SELECT typed.folded AS "Folded", users.id AS "UserId",
                EXISTS (SELECT FROM login_addresses WHERE user_id = users.id AND network = {network} AND last_login_at > {since}) AS "IsKnown"
            FROM (SELECT lower({email}::text) AS folded) AS typed LEFT JOIN users ON lower(users.email) = typed.folded
            """).SingleAsync(cancellationToken);

        // Asked for an unknown email too, so that both take the same time.
        var id = found.UserId ?? Guid.Empty;
        var user = await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Id == id, cancellationToken);
        return new(found.Folded ?? typed.Trim().ToLowerInvariant(), user, found.IsKnown);
    }

    /// <summary>The form that emails are stored in, or null for a text that can't be one.</summary>
    private static string? Composed(string email)
    {
        try
        {
            // PostgreSQL can't hold a NUL, so nobody has such an email.
            return email.Contains('\0') ? null : email.Normalize();
        }
        catch (ArgumentException)
        {
            // U+FFFE is no character and has no composed form.
            return null;
        }
    }

    private sealed record Found(string? Folded, Guid? UserId, bool IsKnown);
}
