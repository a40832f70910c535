using System.Diagnostics;
using Cortex.IdentityServer.Foundation.Telemetry;
using StackExchange.Redis;

namespace Cortex.IdentityServer.Foundation.Http.RateLimits;

/// <summary>Counts in Redis while Redis responds in time. While it doesn't, each replica counts alone, and the log says so.</summary>
/// <remarks>Its timeouts use real time rather than the <see cref="TimeProvider"/>, because they measure the network.</remarks>
internal sealed partial class SharedWindows(RateLimitOptions options, TimeProvider clock, ILogger<SharedWindows> logger) : BackgroundService
{
    /// <summary>How long a request waits for Redis before the replica decides alone, so that an outage of Redis doesn't become one of the server.</summary>
    private static readonly TimeSpan ResponseTimeout = TimeSpan.FromMilliseconds(100);

    /// <summary>The maximum wait while Redis keeps responding to other requests.</summary>
    private static readonly TimeSpan MaxResponseTimeout = TimeSpan.FromSeconds(1);

    /// <summary>How long a request waits for a script of another feature, whose count must be exact even while the process is busy.</summary>
    private static readonly TimeSpan ScriptTimeout = TimeSpan.FromSeconds(1);

    /// <summary>The timeout of the first probe, which also loads the script and the client's code.</summary>
    private static readonly TimeSpan FirstProbeTimeout = TimeSpan.FromSeconds(1);

    /// <summary>How often an unavailable Redis is probed.</summary>
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromSeconds(1);

    /// <summary>After this many consecutive failed probes, the server reconnects: the host name may resolve elsewhere while the old connection hangs.</summary>
    private const int MaxFailedProbes = 3;

    private readonly RedisAddress _address = options.Redis!;
    private readonly Lock _stateLock = new();
    private ConnectionMultiplexer? _connection;
    private RedisWindows? _windows;
    private volatile bool _isUp;
    private volatile bool _canEvaluate;
    private long _answeredAt;
    private bool _isKnown;
    private readonly HashSet<string> _reasons = new(StringComparer.Ordinal);
    private ConnectionMultiplexer? _retired;
    private int _failedProbes;
    private volatile bool _mustReconnect;

    /// <summary>Whether Redis is available. It turns false with the first command that times out or fails.</summary>
    public bool IsUp => _isUp;

    /// <summary>Whether scripts can be evaluated. It turns false only with a script that fails or takes longer than a second.</summary>
    public bool CanEvaluate => _canEvaluate;

    /// <summary>Returns the shared decision, or null if Redis didn't respond in time.</summary>
    public async ValueTask<RateDecision?> TakeAsync(RateLimit limit, int permits, string partition)
    {
        using var span = StartSpan();
        try
        {
            return await WaitForResponseAsync(_windows!.TakeAsync(limit, permits, partition), ResponseTimeout);
        }
        catch (Exception failure) when (RedisFailure.IsRedisFailure(failure))
        {
            UpdateAvailability(isUp: false, failure);
            return null;
        }
    }

    /// <summary>Runs a script that counts something else; null if Redis didn't respond in time.</summary>
    /// <param name="script">A script that uses only the commands GET, SET, and DECR.</param>
    /// <param name="keys">The keys, all of them in the same slot of a cluster.</param>
    /// <param name="values">The arguments.</param>
    public async ValueTask<RedisResult?> EvaluateAsync(string script, RedisKey[] keys, RedisValue[] values)
    {
        using var span = StartSpan();
        try
        {
            return await WaitForResponseAsync(_windows!.EvaluateAsync(script, keys, values), ScriptTimeout);
        }
        catch (Exception failure) when (RedisFailure.IsRedisFailure(failure))
        {
            _canEvaluate = false;
            UpdateAvailability(isUp: false, failure);
            return null;
        }
    }

    public async ValueTask ReturnPermitAsync(RateLimit limit, string partition, long end)
    {
        using var span = StartSpan();
        try
        {
            await _windows!.ReturnPermitAsync(limit, partition, end).WaitAsync(ResponseTimeout);
        }
        catch (Exception failure) when (RedisFailure.IsRedisFailure(failure))
        {
            UpdateAvailability(isUp: false, failure);
        }
    }

    /// <summary>Probes Redis before the first request, so that replicas share their counts from the start.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await ProbeAsync(FirstProbeTimeout);
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
        using var timer = new PeriodicTimer(ProbeInterval);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (!IsUp || !CanEvaluate)
            {
                await ProbeAsync(ResponseTimeout);
            }
        }
    }

    /// <summary>
    /// Waits for the reply, and waits longer while Redis responds to other requests: then the process is busy rather than Redis unavailable.
    /// </summary>
    private async Task<T> WaitForResponseAsync<T>(Task<T> answer, TimeSpan timeout)
    {
        var asked = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                var decision = await answer.WaitAsync(timeout);
                Volatile.Write(ref _answeredAt, Stopwatch.GetTimestamp());
                return decision;
            }
            catch (TimeoutException) when (answer.IsCompletedSuccessfully
                || (Stopwatch.GetElapsedTime(Volatile.Read(ref _answeredAt)) < ResponseTimeout && Stopwatch.GetElapsedTime(asked) < MaxResponseTimeout))
            {
            }
        }
    }

    private static Activity? StartSpan() => Spans.StartWithin("redis EVAL", ActivityKind.Client)?.SetTag("db.system.name", "redis");

    private async Task ProbeAsync(TimeSpan timeout)
    {
        try
        {
            await ConnectAsync();
            await TestCommandsAsync(timeout);
            _failedProbes = 0;
            _canEvaluate = true;
            UpdateAvailability(isUp: true);
        }
        catch (Exception failure) when (RedisFailure.IsRedisFailure(failure))
        {
            _mustReconnect |= ++_failedProbes % MaxFailedProbes == 0;
            UpdateAvailability(isUp: false, failure);
        }
    }

    /// <summary>
    /// Probes Redis. Right after a failed handshake, the client reports only that no connection is available, and it adds the reason a moment later.
    /// </summary>
    private async Task TestCommandsAsync(TimeSpan timeout)
    {
        for (var started = Stopwatch.GetTimestamp(); ;)
        {
            try
            {
                await _windows!.ProbeAsync(Environment.MachineName).WaitAsync(timeout);
                return;
            }
            catch (RedisConnectionException failure) when (failure.InnerException is null && Stopwatch.GetElapsedTime(started) < timeout)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20));
            }
        }
    }

    /// <summary>Connects, or reconnects if the address must be resolved again.</summary>
    /// <remarks>
    /// A primary that a failover turned into a replica keeps its connections open, so a rejected command means that the address must be resolved again. The
    /// old connection is closed at the next probe, when no request waits on it anymore.
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
            // No command is pending on it anymore. A graceful close while the connection is failing can throw a NullReferenceException in the client.
            await connection.CloseAsync(allowCommandsToComplete: false);
            await connection.DisposeAsync();
        }
    }

    /// <summary>Logs each change of availability once, even if many requests fail together, and each new reason once.</summary>
    private void UpdateAvailability(bool isUp, Exception? failure = null)
    {
        var reason = failure is null ? null : RedisFailure.Reason(failure, _connection, _address);
        lock (_stateLock)
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
        [LoggerMessage(1505, LogLevel.Information, "Rate limits are shared with other replicas through Redis at {Address}")]
        public static partial void Shared(ILogger logger, RedisAddress address);

        [LoggerMessage(1506, LogLevel.Warning, "Redis at {Address} doesn't answer in time ({Failure}): this replica counts rate limits alone until it does")]
        public static partial void Lost(ILogger logger, RedisAddress address, string failure);

        [LoggerMessage(1507, LogLevel.Warning, "Redis at {Address} can't count rate limits: {Reason}. This replica counts alone until that changes")]
        public static partial void Refused(ILogger logger, RedisAddress address, string reason);
    }
}
