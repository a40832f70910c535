using System.Security.Cryptography;
using System.Text;
using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Foundation.Secrets;
using Cortex.IdentityServer.Identity.Mail;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;

namespace Cortex.IdentityServer.Identity.Passwords;

/// <summary>
/// Counts failed logins per account across all replicas, whether or not the account exists. Delays grow from the fifth consecutive failure, ten failures lock
/// logins for fifteen minutes, and a hundred from unknown networks block them (<see cref="LoginAttemptRules"/>).
/// </summary>
/// <remarks>The statements commit on their own connection, so nothing that happens to the request can undo a recorded failure.</remarks>
internal sealed partial class LoginAttempts(
    NpgsqlDataSource database, AccountGates gates, SecretKeys secrets, TimeProvider clock, ILogger<LoginAttempts> logger)
{
    /// <summary>The network value of the count that all unknown networks share.</summary>
    private const string UnknownNetworks = "";

    /// <summary>How long a login waits for the outcomes of concurrent attempts on the same account.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(8);

    private static readonly TimeSpan ShortRetryDelay = TimeSpan.FromSeconds(1);

    private readonly byte[] _key = secrets.Derive("login-attempts").Current;

    /// <summary>The current time in microseconds, which is PostgreSQL's precision, because a pending attempt is identified by its time.</summary>
    private DateTimeOffset Now
    {
        get
        {
            var now = clock.GetUtcNow();
            return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
        }
    }

    public async Task<Admission> AdmitAsync(LoginAccount account, string clientNetwork, RequestOrigin origin, CancellationToken cancellationToken)
    {
        var network = account.IsKnown ? clientNetwork : UnknownNetworks;
        using var waiting = gates.TryJoin(account.Count, network);
        if (waiting is null)
        {
            return new Admission.Refused(ShortRetryDelay);
        }

        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(Timeout);
        try
        {
            await waiting.TakeTurnAsync(timeout.Token);
            while (true)
            {
                var outcome = waiting.NextOutcome();
                var attempt = new AdmittedAttempt(account.Count, network, Now);

                // The request's cancellation token isn't passed, because a canceled statement may still have been executed.
                switch (await ReadAsync(LoginAttemptRules.Admit, attempt, Record(attempt, account.User?.Id, origin)))
                {
                    case false:
                        return new Admission.Admitted(attempt);
                    case true:
                        Log.Blocked(logger, account.User?.Id, FailedAttempts.MaxConsecutive);
                        break;
                }

                // The clock is read after the statement, so no wait exceeds what the rules specify.
                if (await ReadAsync(LoginAttemptRules.OpensAt, attempt) is DateTime opens && opens - Now.UtcDateTime is var wait && wait > TimeSpan.Zero)
                {
                    return new Admission.Refused(wait);
                }

                await AccountGates.WaitingAttempt.WaitForOutcomeAsync(outcome, timeout.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new Admission.Refused(ShortRetryDelay);
        }
    }

    /// <summary>Records that the password was wrong, or that the attempt ended without an outcome.</summary>
    public async Task FailAsync(AdmittedAttempt attempt, Guid? userId, RequestOrigin origin)
    {
        var effect = (FailureEffect?)(await ReadAsync(LoginAttemptRules.Fail, attempt, Record(attempt, userId, origin)) as int?);
        gates.SignalOutcome(attempt.Count, attempt.Network);
        switch (effect)
        {
            case FailureEffect.Blocked:
                Log.Blocked(logger, userId, FailedAttempts.MaxConsecutive);
                break;
            case FailureEffect.Locked:
                Log.Locked(logger, userId);
                break;
        }
    }

    public async Task SucceedAsync(AdmittedAttempt attempt)
    {
        await ReadAsync(LoginAttemptRules.Succeed, attempt);
        gates.SignalOutcome(attempt.Count, attempt.Network);
    }

    /// <summary>Resets the failures of an account whose owner has proved their identity in another way.</summary>
    public async Task ResetFailuresAsync(Guid userId, CancellationToken cancellationToken)
    {
        await using var find = database.CreateCommand(AccountByEmail.SelectLoginCount);
        find.Parameters.AddWithValue("id", userId);
        if (await find.ExecuteScalarAsync(cancellationToken) is not string count)
        {
            // The account was deleted in the meantime.
            return;
        }

        await using var reset = database.CreateCommand(LoginAttemptRules.Reset);
        reset.Parameters.AddWithValue("email", HashOf(count));
        await reset.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Resets the failures in the transaction of <paramref name="db"/>.</summary>
    /// <param name="db">The context that holds the transaction.</param>
    /// <param name="count">See <see cref="LoginAccount.Count"/>.</param>
    /// <param name="cancellationToken">The cancellation token of the request.</param>
    public async Task ResetFailuresAsync(CortexDbContext db, string count, CancellationToken cancellationToken)
    {
        var hash = HashOf(count);
        await db.LoginAttempts.Where(attempt => attempt.EmailHash == hash).ExecuteDeleteAsync(cancellationToken);
    }

    /// <summary>Hashes the key of a count, for lookups in the table.</summary>
    /// <param name="count">See <see cref="LoginAccount.Count"/>.</param>
    public byte[] HashOf(string count) => HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(count));

    /// <summary>Returns the parameters for the audit events and the email about an attempt.</summary>
    private static NpgsqlParameter[] Record(AdmittedAttempt attempt, Guid? userId, RequestOrigin origin) =>
    [
        new() { ParameterName = "user", Value = (object?)userId ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid },
        new() { ParameterName = "ip", Value = (object?)origin.Ip ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Inet },
        new() { ParameterName = "agent", Value = (object?)origin.UserAgent ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
        new() { ParameterName = "request", Value = origin.RequestId, NpgsqlDbType = NpgsqlDbType.Text },
        new() { ParameterName = "notice", Value = Outbox.DetailsOf(origin), NpgsqlDbType = NpgsqlDbType.Jsonb },
        new() { ParameterName = "given_up", Value = attempt.Began + Outbox.NoticeLifetime, NpgsqlDbType = NpgsqlDbType.TimestampTz },
    ];

    private async Task<object?> ReadAsync(string sql, AdmittedAttempt attempt, params NpgsqlParameter[] more)
    {
        var now = Now;
        await using var command = database.CreateCommand(sql);
        command.Parameters.AddRange(more);
        foreach (var (name, value) in new (string, object)[]
        {
            ("email", HashOf(attempt.Count)), ("network", attempt.Network), ("now", now), ("began", attempt.Began),
            ("lost", now - LoginAttemptRules.LostAfter), ("forgotten", now - LoginAttemptRules.ResetAfter),
        })
        {
            if (sql.Contains($"@{name}", StringComparison.Ordinal))
            {
                command.Parameters.AddWithValue(name, value);
            }
        }

        return await command.ExecuteScalarAsync(CancellationToken.None);
    }

    private static partial class Log
    {
        [LoggerMessage(2400, LogLevel.Warning, "Logins of user {UserId} are locked for 15 minutes after ten wrong passwords")]
        public static partial void Locked(ILogger logger, Guid? userId);

        [LoggerMessage(
            2401,
            LogLevel.Warning,
            "Logins of user {UserId} from unknown addresses are blocked after {Count} wrong passwords in a row, until the password is reset by "
                + "email or an administrator unlocks the account")]
        public static partial void Blocked(ILogger logger, Guid? userId, int count);
    }
}
