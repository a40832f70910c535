using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Users;
using Npgsql;

namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>Queries whether a session is active; <see cref="VerifiedTokens"/> caches the answer.</summary>
internal sealed class SessionStatusReader(NpgsqlDataSource database, TimeProvider clock)
{
    private const string Sql = $"""
        SELECT users.email, {UserSql.Tier}, {UserSql.IsActive}, expires_at,
            {UserSql.Roles},
            array_remove(ARRAY[
                CASE WHEN two_factor_enabled THEN '{SecondFactors.Totp}' END,
                CASE WHEN EXISTS (SELECT FROM passkeys WHERE passkeys.user_id = users.id) THEN '{SecondFactors.Passkey}' END], NULL),
            ended_at IS NULL AND expires_at > $3, quota::text, {BillingPeriod.Columns}
        FROM sessions JOIN users ON users.id = sessions.user_id
        WHERE sessions.id = $1 AND sessions.user_id = $2
        """;

    public async Task<SessionStatus> ReadStatusAsync(Guid sessionId, Guid userId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Sql);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = sessionId });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = userId });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = clock.GetUtcNow() });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        if (!await row.ReadAsync(cancellationToken))
        {
            return SessionStatus.Ended.Instance;
        }

        if (!row.GetBoolean(2))
        {
            return SessionStatus.AccountDisabled.Instance;
        }

        return row.GetBoolean(6)
            ? new SessionStatus.Live(
                new(userId, row.GetString(0), row.GetString(1), row.GetFieldValue<string[]>(4)), row.GetFieldValue<string[]>(5),
                row.GetFieldValue<DateTimeOffset>(3), QuotaLimits.FromJson(row, 7), BillingPeriod.FromRow(row, 8))
            : SessionStatus.Ended.Instance;
    }
}
