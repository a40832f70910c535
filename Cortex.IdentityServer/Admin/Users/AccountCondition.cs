using Cortex.IdentityServer.Data;
using Cortex.IdentityServer.Login;
using Cortex.IdentityServer.TwoFactor;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Cortex.IdentityServer.Admin.Users;

/// <summary>What keeps a person out of their account, and what is in use of it.</summary>
/// <param name="LockedUntil">Until when a password isn't looked at, from one network at least; null where it is.</param>
/// <param name="LoginFailures">Wrong passwords that count towards that, over all networks.</param>
/// <param name="TwoFactorLockedUntil">Until when no code is looked at; null where they are.</param>
/// <param name="TwoFactorFailures">Wrong codes that count towards that.</param>
/// <param name="Passkeys">How many there are.</param>
/// <param name="ActiveSessions">Those that can still be used.</param>
/// <param name="ActiveApiKeys">Those that work, as long as the account does.</param>
/// <param name="LastLoginAt">The last one within a year.</param>
/// <param name="LoginBlocked">Whether strangers may try no password any more.</param>
/// <param name="TwoFactorBlocked">Whether strangers may try no code any more.</param>
internal sealed record AccountCondition(
    DateTimeOffset? LockedUntil,
    int LoginFailures,
    DateTimeOffset? TwoFactorLockedUntil,
    int TwoFactorFailures,
    int Passkeys,
    int ActiveSessions,
    int ActiveApiKeys,
    DateTimeOffset? LastLoginAt,
    bool LoginBlocked,
    bool TwoFactorBlocked);

/// <summary>Reads it, in one statement.</summary>
internal sealed class AccountConditions(CortexDbContext db, LoginAttempts attempts, TimeProvider clock)
{
    private static readonly string Sql = $"""
        SELECT waits.locked_until AS "LockedUntil", waits.failures AS "LoginFailures",
            CASE WHEN codes.failures >= {SecondFactor.MostFailures} AND codes.failed_at > @unlocked
                THEN codes.failed_at + (@now - @unlocked) END AS "TwoFactorLockedUntil",
            coalesce(codes.failures, 0) AS "TwoFactorFailures",
            (SELECT count(*) FROM passkeys WHERE user_id = @user)::integer AS "Passkeys",
            (SELECT count(*) FROM sessions WHERE user_id = @user AND ended_at IS NULL
                AND expires_at > @now AND idle_expires_at > @now)::integer AS "ActiveSessions",
            (SELECT count(*) FROM api_keys WHERE user_id = @user AND coalesce(is_active, true)
                AND (expires_at IS NULL OR expires_at > @now))::integer AS "ActiveApiKeys",
            (SELECT max(last_login_at) FROM login_devices WHERE user_id = @user) AS "LastLoginAt",
            waits.is_blocked AS "LoginBlocked", coalesce(codes.in_a_row >= {LoginAttemptRules.MostInARow}, false) AS "TwoFactorBlocked"
        FROM ({LoginAttemptRules.Waits}) AS waits LEFT JOIN two_factor_states AS codes ON codes.user_id = @user
        """;

    public async Task<AccountCondition> ReadAsync(ManagedAccount account, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        return (await db.Database.SqlQueryRaw<AccountCondition>(
            Sql,
            new NpgsqlParameter<Guid>("user", account.Id),
            new NpgsqlParameter<byte[]>("email", attempts.HashOf(account.LoginCount)),
            new NpgsqlParameter<DateTimeOffset>("now", now),
            new NpgsqlParameter<DateTimeOffset>("unlocked", now - SecondFactor.LockTime),
            new NpgsqlParameter<DateTimeOffset>("lost", now - LoginAttemptRules.LostAfter),
            new NpgsqlParameter<DateTimeOffset>("forgotten", now - LoginAttemptRules.ForgottenAfter)).ToListAsync(cancellationToken)).Single();
    }
}
