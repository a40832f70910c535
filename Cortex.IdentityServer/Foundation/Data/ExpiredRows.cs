using Cortex.IdentityServer.Foundation.Data.Connections;
using Cortex.IdentityServer.Identity.Audit;
using Cortex.IdentityServer.Identity.Passwords;
using Cortex.IdentityServer.Identity.Sessions;
using Npgsql;

namespace Cortex.IdentityServer.Foundation.Data;

/// <summary>Removes, at the start and each hour, the rows that nothing can use any more, so that tables don't grow with every login for ever.</summary>
internal sealed partial class ExpiredRows(
    NpgsqlDataSource database, ServerWatch server, SessionLimit sessionLimit, AuditOptions audit, TimeProvider clock,
    ILogger<ExpiredRows> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromHours(1);

    /// <summary>How long a session that is over stays, for the operator who asks what happened.</summary>
    private static readonly TimeSpan SessionsKept = TimeSpan.FromDays(30);

    /// <summary>In seconds, and more than a request has: nobody waits, and what isn't done in time would be more the next hour.</summary>
    private const int Patience = 300;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pause, clock);
        do
        {
            try
            {
                await RemoveAsync(stoppingToken);
            }
            catch (Exception failure) when (failure is NpgsqlException || DatabaseFailure.In(failure) is not null)
            {
                // The next hour tries again.
                server.ReportFailure(failure);
                Log.Failed(logger, failure);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task RemoveAsync(CancellationToken cancellationToken)
    {
        await sessionLimit.EnforceAsync(cancellationToken);
        var now = clock.GetUtcNow();
        var sessions = await DeleteAsync("sessions WHERE idle_expires_at < $1 OR expires_at < $1 OR ended_at < $1", now - SessionsKept, cancellationToken);
        var challenges = await DeleteAsync("two_factor_challenges WHERE expires_at < $1", now, cancellationToken);
        challenges += await DeleteAsync("passkey_challenges WHERE expires_at < $1", now, cancellationToken);
        var attempts = await DeleteAsync(
            "login_attempts WHERE (failed_at IS NULL OR failed_at <= $1) AND NOT EXISTS (SELECT FROM unnest(pending) AS at WHERE at > $1) AND NOT "
                + $"({LoginAttemptRules.IsKept})",
            now - LoginAttemptRules.ForgottenAfter,
            cancellationToken);
        var addresses = await DeleteAsync("login_addresses WHERE last_login_at < $1", now - LoginAccounts.KnownFor, cancellationToken);
        await DeleteAsync("login_devices WHERE last_login_at < $1", now - LoginDevice.KnownFor, cancellationToken);
        await DeleteAsync("one_time_tokens WHERE expires_at < $1", now, cancellationToken);
        if (await DeleteAsync("outbox_mails WHERE expires_at < $1", now, cancellationToken) is > 0 and var unsent)
        {
            Log.Unsent(logger, unsent);
        }

        Log.Removed(logger, sessions, challenges, attempts, addresses);
        await KeepAuditAsync(now, cancellationToken);
    }

    /// <summary>Months to come get their partition, and months that are over for long enough go with theirs: rows can't be deleted.</summary>
    private async Task KeepAuditAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT cortex_keep_audit_events($1, $2)");
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now - audit.Retention });
        command.CommandTimeout = Patience;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<int> DeleteAsync(string rows, DateTimeOffset before, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"DELETE FROM {rows}");
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = before });
        command.CommandTimeout = Patience;
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static partial class Log
    {
        [LoggerMessage(
            Level = LogLevel.Debug,
            Message = "Removed {Sessions} session(s), {Challenges} challenge(s), {Attempts} count(s) of failed logins and {Addresses} login address(es) "
                + "that had expired")]
        public static partial void Removed(ILogger logger, int sessions, int challenges, int attempts, int addresses);

        [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} mail(s) could not be sent in time and were dropped")]
        public static partial void Unsent(ILogger logger, int count);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Could not remove expired rows")]
        public static partial void Failed(ILogger logger, Exception failure);
    }
}
