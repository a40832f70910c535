using Cortex.IdentityServer.Identity.Users;
using Npgsql;

namespace Cortex.IdentityServer.Features.Billing.Metering;

/// <summary>
/// Keeps the numbers of unsent usage for the metrics, and logs an error if usage is about to miss its billing period: Polar bills an event in the period in
/// which it receives it, so what arrives after the end of a period is billed in a later one, or never (decision 0028).
/// </summary>
/// <remarks>Every replica does so, because each has metrics of its own.</remarks>
internal sealed partial class MeterWatch(NpgsqlDataSource database, MeterMetrics metrics, TimeProvider clock, ILogger<MeterWatch> logger)
    : BackgroundService
{
    /// <summary>How long before the end of a billing period its unsent events are reported.</summary>
    public static readonly TimeSpan Notice = TimeSpan.FromHours(6);

    /// <summary>An event that is younger is on its way. The last hour of a period always ends after the period or with it.</summary>
    public static readonly TimeSpan MinAge = TimeSpan.FromMinutes(30);

    /// <summary>The time until the error is repeated.</summary>
    private static readonly TimeSpan Repetition = TimeSpan.FromHours(1);

    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private const int TimeoutSeconds = 60;

    /// <summary>
    /// Counts at <c>$1</c>. An event is too late if it was created before <c>$2</c>, and its period is over, or the current one ends before <c>$3</c>. Users
    /// without a subscription have the months of UTC instead.
    /// </summary>
    private const string Sql = $"""
        SELECT count(*) FILTER (WHERE NOT is_parked), min(created_at) FILTER (WHERE NOT is_parked), count(*) FILTER (WHERE is_parked),
            count(*) FILTER (WHERE NOT is_parked AND is_late), count(*) FILTER (WHERE is_parked AND is_late), min(created_at) FILTER (WHERE is_late)
        FROM (
            SELECT event.created_at, parked_at IS NOT NULL AS is_parked, event.created_at < $2 AND (
                hour < coalesce(billing_period_start, date_trunc('month', $1, 'UTC'))
                OR coalesce(billing_period_end, date_trunc('month', $1, 'UTC') + interval '1 month') < $3) AS is_late
            FROM billing_meter_events AS event JOIN users ON users.id = event.user_id
            WHERE accepted_at IS NULL AND {UserSql.Exists}) AS waiting
        """;

    private DateTimeOffset? _alarmedAt;
    private bool _isFailing;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        do
        {
            try
            {
                await RunAsync(stoppingToken);
                _isFailing = false;
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                if (!_isFailing)
                {
                    Log.Failed(logger, failure.GetType().Name);
                }

                _isFailing = true;
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var numbers = await CountAsync(now, cancellationToken);
        metrics.Show(numbers);
        if (numbers.OldestTooLate is not { } oldest)
        {
            if (_alarmedAt is not null)
            {
                Log.Recovered(logger);
            }

            _alarmedAt = null;
        }
        else if (_alarmedAt is null || now - _alarmedAt >= Repetition)
        {
            Log.TooLate(logger, numbers.UnsentTooLate, numbers.ParkedTooLate, (now - oldest).TotalHours, Notice.TotalHours);
            _alarmedAt = now;
        }
    }

    private async Task<MeterNumbers> CountAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Sql);
        command.CommandTimeout = TimeoutSeconds;
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now - MinAge });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now + Notice });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return new(
            row.GetInt64(0), row.GetFieldValue<DateTimeOffset?>(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4),
            row.GetFieldValue<DateTimeOffset?>(5));
    }

    private static partial class Log
    {
        [LoggerMessage(
            4418,
            LogLevel.Error,
            "Polar may never bill some usage: {Unsent} usage event(s) have not been sent and {Parked} are parked, the first for {Hours:0.0} hours, "
                + "although their billing period is over or ends within {Notice} hours")]
        public static partial void TooLate(ILogger logger, long unsent, long parked, double hours, double notice);

        [LoggerMessage(4419, LogLevel.Information, "No usage event for Polar is about to miss its billing period anymore")]
        public static partial void Recovered(ILogger logger);

        [LoggerMessage(4420, LogLevel.Warning, "Could not count the usage events for Polar ({Failure}); retrying")]
        public static partial void Failed(ILogger logger, string failure);
    }
}
