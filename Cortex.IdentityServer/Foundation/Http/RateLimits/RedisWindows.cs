using StackExchange.Redis;

namespace Cortex.IdentityServer.Foundation.Http.RateLimits;

/// <summary>The windows that all replicas share: a counter in Redis that expires with its window. One script a decision, so none races.</summary>
internal sealed class RedisWindows(IDatabaseAsync redis, TimeProvider clock)
{
    private const string Prefix = "cortex:limit:";

    /// <summary>Takes a permit if one is left; Redis' own clock ends the window. Answers whether it did, what is used, and the milliseconds left.</summary>
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

    /// <summary>Gives a permit back to a window that ends no later than the one it was taken from: a later one would.</summary>
    private const string GiveBackScript = """
        local left = redis.call('PTTL', KEYS[1])
        if left > 0 and left <= tonumber(ARGV[1]) and tonumber(redis.call('GET', KEYS[1])) > 0 then
            redis.call('DECR', KEYS[1])
        end
        return left
        """;

    /// <summary>
    /// Tries every command that the other scripts use, so that a Redis that refuses one of them isn't taken for one that counts; Redis doesn't say which one
    /// it refused.
    /// </summary>
    private const string TryScript = """
        for _, call in ipairs({{'SET', KEYS[1], 1, 'PX', 1000}, {'GET', KEYS[1]}, {'PTTL', KEYS[1]}, {'INCR', KEYS[1]}, {'DECR', KEYS[1]}}) do
            local reply = redis.pcall(unpack(call))
            if type(reply) == 'table' and reply.err then
                return redis.error_reply(reply.err .. ' (command: ' .. string.lower(call[1]) .. ')')
            end
        end
        return 1
        """;

    /// <summary>Two clocks and whole milliseconds never agree quite.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromMilliseconds(10);

    public async Task<RateDecision> TakeAsync(RateLimit limit, int permits, string partition)
    {
        var answer = (int[]?)await redis.ScriptEvaluateAsync(TakeScript, [Key(limit, partition)], [permits, (long)limit.Window.TotalMilliseconds]);
        var (taken, used, left) = (answer![0], answer[1], TimeSpan.FromMilliseconds(answer[2]));
        return new(
            taken == 1, permits, Math.Max(0, permits - used), left)
        { SharedEnd = clock.GetTimestamp() + (long)(left.TotalSeconds * clock.TimestampFrequency) };
    }

    public Task GiveBackAsync(RateLimit limit, string partition, long end)
    {
        var now = clock.GetTimestamp();
        return end <= now
            ? Task.CompletedTask
            : redis.ScriptEvaluateAsync(GiveBackScript, [Key(limit, partition)], [(long)(clock.GetElapsedTime(now, end) + Slack).TotalMilliseconds]);
    }

    /// <summary>Whether Redis can count: it answers, can be written, and lets this server do all that it has to.</summary>
    /// <param name="replica">Each has a key of its own.</param>
    public Task TryAsync(string replica) => redis.ScriptEvaluateAsync(TryScript, [$"{Prefix}probe:{replica}"]);

    private static RedisKey Key(RateLimit limit, string partition) => $"{Prefix}{limit.Name}:{partition}";
}
