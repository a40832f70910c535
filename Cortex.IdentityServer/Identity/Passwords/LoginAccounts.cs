using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Identity.Passwords.Hashing;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;

namespace Cortex.IdentityServer.Identity.Passwords;

/// <summary>Finds the account for the email that the user entered, with the same queries whether or not it exists.</summary>
internal sealed class LoginAccounts(CortexDbContext db, TimeProvider clock)
{
    /// <summary>How long after a login a network counts as known and has its own failure count.</summary>
    public static readonly TimeSpan KnownFor = TimeSpan.FromDays(30);

    private static readonly string Sql = $"""
        SELECT coalesce(account.count, cortex_fold_email(@email)) AS "Count", account.id AS "UserId",
            EXISTS (SELECT FROM login_addresses WHERE user_id = account.id AND network = @network AND last_login_at > @since) AS "IsKnown",
            {CostliestHash.Columns}
        FROM (SELECT) AS one LEFT JOIN LATERAL ({AccountByEmail.Select($"id, {AccountByEmail.LoginCount} AS count", "@email")}) AS account ON true
        """;

    public async Task<LoginAccount> FindAsync(string typed, string network, CancellationToken cancellationToken)
    {
        // Failures are counted by the folded email, as in the unique index. Otherwise, each spelling would have its own count for the same account.
        var found = (await db.Database.SqlQueryRaw<Found>(
            Sql,
            new NpgsqlParameter("email", NpgsqlDbType.Text) { Value = (object?)ToStorable(typed) ?? DBNull.Value },
            new NpgsqlParameter<string>("network", network),
            new NpgsqlParameter<DateTimeOffset>("since", clock.GetUtcNow() - KnownFor)).ToListAsync(cancellationToken)).Single();

        // The query runs for an unknown email too, so both cases take the same time.
        var id = found.UserId ?? Guid.Empty;
        var user = await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Id == id, cancellationToken);
        return new(found.Count ?? typed.Trim().ToLowerInvariant(), user, found.IsKnown, new(found.BcryptCost, found.Pbkdf2));
    }

    /// <summary>Returns null for text that PostgreSQL can't store, which therefore isn't the email of any account.</summary>
    private static string? ToStorable(string email) => email.Contains('\0') || EmailAddress.HasLoneSurrogate(email) ? null : email;

    private sealed record Found(string? Count, Guid? UserId, bool IsKnown, int? BcryptCost, string? Pbkdf2);
}
