using StackExchange.Redis;

namespace Cortex.IdentityServer.Foundation.Http.RateLimits;

/// <summary>What a new connection to Redis finds out. It writes nothing but the key of a probe, which expires after a second.</summary>
/// <param name="Failure">Why replicas can't count in it, as a clause; null if they can.</param>
/// <param name="Kind">Its version, and whether it is a cluster.</param>
/// <param name="EvictionPolicy">Its <c>maxmemory-policy</c> if its memory is limited; null without a limit, or if the user may not read it.</param>
internal sealed record RedisProbe(string? Failure, string Kind, string? EvictionPolicy)
{
    private const string NoEviction = "noeviction";

    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>Whether Redis forgets counters when its memory is full.</summary>
    public bool Evicts => EvictionPolicy is { } policy && policy != NoEviction;

    public static async Task<RedisProbe> RunAsync(RedisAddress address, TimeProvider clock, TimeSpan timeout, CancellationToken cancellationToken)
    {
        ConnectionMultiplexer? connection = null;
        try
        {
            var options = address.ToOptions();

            // The client calls INFO a command for administrators.
            options.AllowAdmin = true;
            connection = await ConnectionMultiplexer.ConnectAsync(options).WaitAsync(cancellationToken);
            await CountAsync(new(connection.GetDatabase(), clock), clock, timeout, cancellationToken);
            var server = connection.GetServers().First(one => one.IsConnected && !one.IsReplica);
            return new(
                Failure: null,
                $"Redis {server.Version}{(server.ServerType == ServerType.Cluster ? ", a cluster" : "")}",
                await PolicyAsync(server, cancellationToken));
        }
        catch (Exception failure) when (RedisFailure.IsRedisFailure(failure))
        {
            return new(RedisFailure.Reason(failure, connection, address) ?? "it doesn't answer", "Redis", EvictionPolicy: null);
        }
        finally
        {
            if (connection is not null)
            {
                await connection.CloseAsync(allowCommandsToComplete: false);
                await connection.DisposeAsync();
            }
        }
    }

    /// <summary>Right after a failed handshake, the client reports only that no connection is available, and it adds the reason a moment later.</summary>
    private static async Task CountAsync(RedisWindows windows, TimeProvider clock, TimeSpan timeout, CancellationToken cancellationToken)
    {
        for (var started = clock.GetTimestamp(); ;)
        {
            try
            {
                await windows.ProbeAsync($"doctor:{Environment.MachineName}").WaitAsync(cancellationToken);
                return;
            }
            catch (RedisConnectionException failure) when (failure.InnerException is null && clock.GetElapsedTime(started) < timeout)
            {
                await Task.Delay(RetryInterval, cancellationToken);
            }
        }
    }

    private static async Task<string?> PolicyAsync(IServer server, CancellationToken cancellationToken)
    {
        try
        {
            var memory = (await server.InfoAsync("memory").WaitAsync(cancellationToken)).SelectMany(section => section).ToDictionary(StringComparer.Ordinal);
            return memory.GetValueOrDefault("maxmemory") is null or "0" ? null : memory.GetValueOrDefault("maxmemory_policy");
        }
        catch (RedisServerException)
        {
            // The user in docs/redis.md may not run INFO.
            return null;
        }
    }
}
