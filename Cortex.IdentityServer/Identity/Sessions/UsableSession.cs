using Cortex.IdentityServer.Identity.Users;
using Npgsql;

namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>
/// An active session of an enabled account. It is read without EF Core, because every client refreshes twice an hour and EF Core takes longer to build the
/// statement than PostgreSQL to run it.
/// </summary>
internal sealed record UsableSession(SessionUser User, string[] Methods, DateTimeOffset RefreshExpires)
{
    public const int ColumnCount = 6;

    /// <summary>The columns of <c>sessions</c> and <c>users</c> that <see cref="Read"/> reads.</summary>
    public const string Columns = $"""
        users.id, email, {UserSql.Tier},
            {UserSql.Roles},
            methods, least(expires_at, idle_expires_at)
        """;

    /// <summary>The condition for the time <c>$2</c>.</summary>
    public const string IsUsable = $"ended_at IS NULL AND expires_at > $2 AND idle_expires_at > $2 AND {UserSql.IsActive}";

    public static UsableSession Read(NpgsqlDataReader row) => new(
        new(row.GetGuid(0), row.GetString(1), row.GetString(2), row.GetFieldValue<string[]>(3)),
        row.GetFieldValue<string[]>(4),
        row.GetFieldValue<DateTimeOffset>(5));
}
