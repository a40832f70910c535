using System.Diagnostics;
using StackExchange.Redis;

namespace Cortex.IdentityServer.Foundation.Http.RateLimits;

/// <summary>Counts in Redis while Redis answers in time, and says so when it doesn't: then each replica counts alone until it is back.</summary>
/// <remarks>Its waits are real ones, whatever the clock of the windows says: they are about a network.</remarks>
internal sealed partial class SharedWindows(RateLimitOptions options, TimeProvider clock, ILogger<SharedWindows> logger) : BackgroundService
{
    /// <summary>How long a request waits for Redis before the replica decides alone, as losing Redis must not cost service.</summary>
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromMilliseconds(100);

    /// <summary>How long it waits at most while Redis answers others.</summary>
    private static readonly TimeSpan LongestAnswerTimeout = TimeSpan.FromSeconds(1);

    /// <summary>The first question also loads the script and the code that asks.</summary>
    private static readonly TimeSpan FirstAnswerTimeout = TimeSpan.FromSeconds(1);

    /// <summary>How often Redis is asked whether it is back.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>After so many probes in a row without an answer it is looked for anew: its name may lead elsewhere, while the connection only hangs.</summary>
    private const int SilentProbes = 3;

    private readonly RedisAddress _address = options.Redis!;
    private readonly Lock _noting = new();
    private ConnectionMultiplexer? _connection;
    private RedisWindows? _windows;
    private volatile bool _isUp;
    private long _answeredAt;
    private bool _isKnown;
    private readonly HashSet<string> _reasons = new(StringComparer.Ordinal);
    private ConnectionMultiplexer? _retired;
    private int _failedProbes;
    private volatile bool _mustReconnect;

    /// <summary>Whether Redis is to be asked; false from the first question on that it didn't answer in time.</summary>
    public bool IsUp => _isUp;

    /// <summary>The shared decision, or null when Redis didn't give one in time.</summary>
    public async ValueTask<RateDecision?> TakeAsync(RateLimit limit, int permits, string partition)
    {
        try
        {
            return await InTimeAsync(_windows!.TakeAsync(limit, permits, partition));
        }
        catch (Exception failure) when (RedisFailure.Is(failure))
        {
            Note(isUp: false, failure);
            return null;
        }
    }

    public async ValueTask GiveBackAsync(RateLimit limit, string partition, long end)
    {
        try
        {
            await _windows!.GiveBackAsync(limit, partition, end).WaitAsync(AnswerTimeout);
        }
        catch (Exception failure) when (RedisFailure.Is(failure))
        {
            Note(isUp: false, failure);
        }
    }

    /// <summary>The first probe comes before the first request, so that replicas share from the start.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await ProbeAsync(FirstAnswerTimeout);
        await base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        foreach (var connection in new[] { _retired, _connection })
        {
            await CloseAsync(connection);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pause);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (!IsUp)
            {
                await ProbeAsync(AnswerTimeout);
            }
        }
    }

    /// <summary>Silence is what tells a lost Redis from a process that is too busy to look: while other answers come, this one is on its way.</summary>
    private async Task<RateDecision> InTimeAsync(Task<RateDecision> answer)
    {
        var asked = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                var decision = await answer.WaitAsync(AnswerTimeout);
                Volatile.Write(ref _answeredAt, Stopwatch.GetTimestamp());
                return decision;
            }
            catch (TimeoutException) when (answer.IsCompletedSuccessfully
                || (Stopwatch.GetElapsedTime(Volatile.Read(ref _answeredAt)) < AnswerTimeout && Stopwatch.GetElapsedTime(asked) < LongestAnswerTimeout))
            {
            }
        }
    }

    private async Task ProbeAsync(TimeSpan timeout)
    {
        try
        {
            await ConnectAsync();
            await AskAsync(timeout);
            _failedProbes = 0;
            Note(isUp: true);
        }
        catch (Exception failure) when (RedisFailure.Is(failure))
        {
            _mustReconnect |= ++_failedProbes % SilentProbes == 0;
            Note(isUp: false, failure);
        }
    }

    /// <summary>Right after a failed handshake the client says only that no connection is available. A moment later it also says why.</summary>
    private async Task AskAsync(TimeSpan timeout)
    {
        for (var started = Stopwatch.GetTimestamp(); ;)
        {
            try
            {
                await _windows!.TryAsync(Environment.MachineName).WaitAsync(timeout);
                return;
            }
            catch (RedisConnectionException failure) when (failure.InnerException is null && Stopwatch.GetElapsedTime(started) < timeout)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20));
            }
        }
    }

    /// <remarks>
    /// A primary that became a replica in a failover keeps its connections open, so a refusal means that the address has to be looked up anew. The old
    /// connection is closed at the next probe, when nobody waits for an answer on it any more.
    /// </remarks>
    private async Task ConnectAsync()
    {
        await CloseAsync(_retired);
        _retired = null;
        if (_connection is not null && !_mustReconnect)
        {
            return;
        }

        _mustReconnect = false;
        _retired = _connection;
        _connection = await ConnectionMultiplexer.ConnectAsync(_address.ToOptions());
        _windows = new(_connection.GetDatabase(), clock);
    }

    private static async Task CloseAsync(ConnectionMultiplexer? connection)
    {
        if (connection is not null)
        {
            // No request is under way on it any more. Saying goodbye to a Redis that is just being lost can throw a NullReferenceException in the client.
            await connection.CloseAsync(allowCommandsToComplete: false);
            await connection.DisposeAsync();
        }
    }

    /// <summary>Logs a change, once: of all the requests that lose Redis together, one does. A reason that turns up later is logged too, each once.</summary>
    private void Note(bool isUp, Exception? failure = null)
    {
        var reason = failure is null ? null : RedisFailure.Reason(failure, _connection, _address);
        lock (_noting)
        {
            var isChange = !_isKnown || _isUp != isUp;
            (_isKnown, _isUp) = (true, isUp);
            _mustReconnect |= reason is not null;
            if (isUp)
            {
                _reasons.Clear();
            }

            if (!isChange && (reason is null || !_reasons.Add(reason)))
            {
                return;
            }

            if (reason is not null)
            {
                _reasons.Add(reason);
            }
        }

        if (isUp)
        {
            Log.Shared(logger, _address);
        }
        else if (reason is not null)
        {
            Log.Refused(logger, _address, reason);
        }
        else
        {
            Log.Lost(logger, _address, failure!.GetType().Name);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Rate limits are shared with other replicas through Redis at {Address}")]
        public static partial void Shared(ILogger logger, RedisAddress address);

        [LoggerMessage(
            Level = LogLevel.Warning, Message = "Redis at {Address} doesn't answer in time ({Failure}): this replica counts rate limits alone until it does")]
        public static partial void Lost(ILogger logger, RedisAddress address, string failure);

        [LoggerMessage(
            Level = LogLevel.Warning, Message = "Redis at {Address} can't count rate limits: {Reason}. This replica counts alone until that changes")]
        public static partial void Refused(ILogger logger, RedisAddress address, string reason);
    }
}
