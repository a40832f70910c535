using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Identity.Passwords;
using Cortex.IdentityServer.Identity.TwoFactor;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Cortex.IdentityServer.Features.Admin.Users;

/// <summary>Reads the <see cref="AccountStatus"/> of an account in one statement.</summary>
internal sealed class AccountStatusReader(CortexDbContext db, LoginAttempts attempts, TimeProvider clock)
{
    private static readonly string Sql = $"""
        SELECT waits.locked_until AS "LockedUntil", waits.failures AS "LoginFailures",
            CASE WHEN codes.failures >= {SecondFactor.MaxFailures} AND codes.failed_at > @unlocked
                THEN codes.failed_at + (@now - @unlocked) END AS "TwoFactorLockedUntil",
            coalesce(codes.failures, 0) AS "TwoFactorFailures",
            (SELECT count(*) FROM passkeys WHERE user_id = @user)::integer AS "Passkeys",
            (SELECT count(*) FROM sessions WHERE user_id = @user AND ended_at IS NULL
                AND expires_at > @now AND idle_expires_at > @now)::integer AS "ActiveSessions",
            (SELECT count(*) FROM api_keys WHERE user_id = @user AND revoked_at IS NULL AND coalesce(is_active, true)
                AND (expires_at IS NULL OR expires_at > @now))::integer AS "ActiveApiKeys",
            (SELECT max(last_login_at) FROM login_devices WHERE user_id = @user) AS "LastLoginAt",
            waits.is_blocked AS "LoginBlocked", coalesce(codes.in_a_row >= {FailedAttempts.MaxConsecutive}, false) AS "TwoFactorBlocked",
            (SELECT quota::text FROM users WHERE id = @user) AS "Quota"
        FROM ({LoginAttemptRules.SelectStatus}) AS waits LEFT JOIN two_factor_states AS codes ON codes.user_id = @user
        """;

    public async Task<AccountStatus> ReadAsync(ManagedAccount account, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        return (await db.Database.SqlQueryRaw<AccountStatus>(
            Sql,
            new NpgsqlParameter<Guid>("user", account.Id),
            new NpgsqlParameter<byte[]>("email", attempts.HashOf(account.LoginCount)),
            new NpgsqlParameter<DateTimeOffset>("now", now),
            new NpgsqlParameter<DateTimeOffset>("unlocked", now - SecondFactor.LockoutDuration),
            new NpgsqlParameter<DateTimeOffset>("lost", now - LoginAttemptRules.LostAfter),
            new NpgsqlParameter<DateTimeOffset>("forgotten", now - LoginAttemptRules.ResetAfter)).ToListAsync(cancellationToken)).Single();
    }
}
