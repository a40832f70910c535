using StackExchange.Redis;

namespace Cortex.IdentityServer.Foundation.Http.RateLimits;

/// <summary>The windows that all replicas share: counters in Redis that expire with their windows. Each decision is one script, so it is atomic.</summary>
internal sealed class RedisWindows(IDatabaseAsync redis, TimeProvider clock)
{
    private const string Prefix = "cortex:limit:";

    /// <summary>
    /// Takes a permit if one is left, with windows timed by Redis' clock. Returns whether a permit was taken, the number used, and the milliseconds left.
    /// </summary>
    private const string TakeScript = """
        local used = tonumber(redis.call('GET', KEYS[1]) or '0')
        local left = redis.call('PTTL', KEYS[1])
        if left < 0 then
            redis.call('SET', KEYS[1], 1, 'PX', ARGV[2])
            return {1, 1, tonumber(ARGV[2])}
        end
        if used >= tonumber(ARGV[1]) then
            return {0, used, left}
        end
        return {1, redis.call('INCR', KEYS[1]), left}
        """;

    /// <summary>Returns a permit if the current window ends no later than the one that the permit came from; a newer window would end later.</summary>
    private const string ReturnScript = """
        local left = redis.call('PTTL', KEYS[1])
        if left > 0 and left <= tonumber(ARGV[1]) and tonumber(redis.call('GET', KEYS[1])) > 0 then
            redis.call('DECR', KEYS[1])
        end
        return left
        """;

    /// <summary>
    /// Runs every command that the other scripts use, so that the probe fails if Redis rejects any of them. Redis doesn't say which command it rejected, so the
    /// script adds it.
    /// </summary>
    private const string ProbeScript = """
        for _, call in ipairs({{'SET', KEYS[1], 1, 'PX', 1000}, {'GET', KEYS[1]}, {'PTTL', KEYS[1]}, {'INCR', KEYS[1]}, {'DECR', KEYS[1]}}) do
            local reply = redis.pcall(unpack(call))
            if type(reply) == 'table' and reply.err then
                return redis.error_reply(reply.err .. ' (command: ' .. string.lower(call[1]) .. ')')
            end
        end
        return 1
        """;

    /// <summary>A tolerance for the drift between the two clocks and for rounding to milliseconds.</summary>
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromMilliseconds(10);

    public async Task<RateDecision> TakeAsync(RateLimit limit, int permits, string partition)
    {
        var answer = (int[]?)await redis.ScriptEvaluateAsync(TakeScript, [Key(limit, partition)], [permits, (long)limit.Window.TotalMilliseconds]);
        var (taken, used, left) = (answer![0], answer[1], TimeSpan.FromMilliseconds(answer[2]));
        return new(
            taken == 1, permits, Math.Max(0, permits - used), left)
        { SharedEnd = clock.GetTimestamp() + (long)(left.TotalSeconds * clock.TimestampFrequency) };
    }

    public Task<RedisResult> EvaluateAsync(string script, RedisKey[] keys, RedisValue[] values) => redis.ScriptEvaluateAsync(script, keys, values);

    public Task ReturnPermitAsync(RateLimit limit, string partition, long end)
    {
        var now = clock.GetTimestamp();
        return end <= now
            ? Task.CompletedTask
            : redis.ScriptEvaluateAsync(ReturnScript, [Key(limit, partition)], [(long)(clock.GetElapsedTime(now, end) + ClockTolerance).TotalMilliseconds]);
    }

    /// <summary>Throws unless Redis responds, accepts writes, and permits all commands that this server uses.</summary>
    /// <param name="replica">The replica's name, so that each replica probes a key of its own.</param>
    public Task ProbeAsync(string replica) => redis.ScriptEvaluateAsync(ProbeScript, [$"{Prefix}probe:{replica}"]);

    private static RedisKey Key(RateLimit limit, string partition) => $"{Prefix}{limit.Name}:{partition}";
}
