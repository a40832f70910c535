using Cortex.IdentityServer.Foundation.Http.RateLimits;

namespace Cortex.IdentityServer.Features.CommandLine.Diagnosis;

/// <summary>Checks that replicas can count in Redis, and that Redis keeps the counts.</summary>
internal static class RedisCheck
{
    public static async Task RunAsync(Examination work, CheckLines lines, CancellationToken stop)
    {
        if (work.Get<RateLimitOptions>().Redis is not { } address)
        {
            lines.Ok("redis", "REDIS_URL isn't set, so each replica counts rate limits alone");
            return;
        }

        var found = await RedisProbe.RunAsync(address, TimeProvider.System, TimedCheck.Timeout / 2, stop);
        if (found.Failure is { } reason)
        {
            lines.Fail("redis", $"Redis at {address} can't count rate limits: {reason}", "Until it can, each replica counts alone; see docs/redis.md");
            return;
        }

        lines.Ok("redis", $"{found.Kind} at {address} counts rate limits");
        if (found.Evicts)
        {
            lines.Warn(
                "redis memory", $"Redis forgets counts when its memory is full (maxmemory-policy {found.EvictionPolicy})",
                "Set maxmemory-policy to noeviction, or give this server a Redis of its own");
        }
        else
        {
            lines.Ok("redis memory", found.EvictionPolicy is null
                ? "Its memory isn't limited, or this user may not read the limit"
                : $"Redis keeps the counts when its memory is full (maxmemory-policy {found.EvictionPolicy})");
        }
    }
}
