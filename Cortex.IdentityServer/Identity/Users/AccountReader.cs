using Npgsql;

namespace Cortex.IdentityServer.Identity.Users;

/// <summary>Reads an account as its owner sees it. It bypasses EF Core, which takes twice as long, because frontends request the account very often.</summary>
internal sealed class AccountReader(NpgsqlDataSource database)
{
    private const string Sql = $"""
        SELECT id, email, {UserSql.Tier}, {UserSql.IsActive}, {UserSql.IsVerified}, {UserSql.HasTwoFactor},
            created_at, updated_at
        FROM users WHERE id = $1 AND {UserSql.Exists}
        """;

    /// <summary>Returns null if the account doesn't exist or was deleted.</summary>
    public async Task<UserResponse?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Sql);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return !await row.ReadAsync(cancellationToken) ? null : new(
            row.GetGuid(0),
            row.GetString(1),
            row.GetString(2),
            row.GetBoolean(3),
            row.GetBoolean(4),
            row.GetBoolean(5),
            row.GetFieldValue<DateTimeOffset?>(6),
            row.GetFieldValue<DateTimeOffset?>(7));
    }
}
