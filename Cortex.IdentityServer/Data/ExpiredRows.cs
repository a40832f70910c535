using Cortex.IdentityServer.Login;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Cortex.IdentityServer.Data;

/// <summary>Removes, at the start and each hour, the rows that nothing can use any more, so that tables don't grow with every login for ever.</summary>
internal sealed partial class ExpiredRows(IServiceScopeFactory scopes, TimeProvider clock, ILogger<ExpiredRows> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromHours(1);

    /// <summary>How long a session that is over stays, for the operator who asks what happened.</summary>
    private static readonly TimeSpan SessionsKept = TimeSpan.FromDays(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pause, clock);
        do
        {
            try
            {
                await RemoveAsync(stoppingToken);
            }
            catch (Exception failure) when (failure is NpgsqlException or InvalidOperationException or TimeoutException)
            {
                // The next hour tries again.
                Log.Failed(logger, failure);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task RemoveAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<CortexDbContext>();

        // More than the seconds that a request has: nobody waits, and what isn't done in time would be more the next hour.
        db.Database.SetCommandTimeout(TimeSpan.FromMinutes(5));
        var now = clock.GetUtcNow();
        var before = now - SessionsKept;
        var sessions = await db.Sessions.Where(s => s.IdleExpiresAt < before || s.ExpiresAt < before || s.EndedAt < before).ExecuteDeleteAsync(cancellationToken);
        var challenges = await db.TwoFactorChallenges.Where(c => c.ExpiresAt < now).ExecuteDeleteAsync(cancellationToken);
        var forgotten = now - LoginAttemptRules.ForgottenAfter;
        var attempts = await db.Database.ExecuteSqlAsync(
            $"""
            DELETE FROM login_attempts
            WHERE (failed_at IS NULL OR failed_at <= {forgotten}) AND NOT EXISTS (SELECT FROM unnest(pending) AS at WHERE at > {forgotten})
            """,
            cancellationToken);
        var unknownFrom = now - LoginAccounts.KnownFor;
        var addresses = await db.Set<LoginAddress>().Where(a => a.LastLoginAt < unknownFrom).ExecuteDeleteAsync(cancellationToken);
        Log.Removed(logger, sessions, challenges, attempts, addresses);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "Removed {Sessions} session(s), {Challenges} challenge(s), {Attempts} count(s) of failed logins and {Addresses} address(es) of logins that were over")]
        public static partial void Removed(ILogger logger, int sessions, int challenges, int attempts, int addresses);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Could not remove what is over")]
        public static partial void Failed(ILogger logger, Exception failure);
    }
}
