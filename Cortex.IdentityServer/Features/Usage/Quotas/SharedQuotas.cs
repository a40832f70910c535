using System.Globalization;
using Cortex.IdentityServer.Foundation.Http.RateLimits;
using StackExchange.Redis;

namespace Cortex.IdentityServer.Features.Usage.Quotas;

/// <summary>Counts the requests of hard quotas in Redis, exactly over all replicas. Each decision is one script, so it is atomic.</summary>
internal sealed class SharedQuotas(SharedWindows redis)
{
    /// <summary>
    /// Takes a request of each counter, or of none if one of them is at its limit. For each counter: the limit, the number in the ledger, which the counter
    /// can't be below, and the number that this replica knows of, in case there is no counter. Last, the milliseconds after which the counters expire.
    /// </summary>
    private const string TakeScript = """
        local counts = {}
        for i, key in ipairs(KEYS) do
            local count = tonumber(redis.call('GET', key) or '-1')
            if count < 0 then
                count = tonumber(ARGV[3 * i])
            end
            if count < tonumber(ARGV[3 * i - 1]) then
                count = tonumber(ARGV[3 * i - 1])
            end
            if count >= tonumber(ARGV[3 * i - 2]) then
                return {0, i, count}
            end
            counts[i] = count + 1
        end
        for i, key in ipairs(KEYS) do
            redis.call('SET', key, counts[i], 'PX', ARGV[#ARGV])
        end
        return {1, counts[1], counts[2] or -1}
        """;

    /// <summary>Takes a request back from each counter that still exists.</summary>
    private const string ReturnScript = """
        for _, key in ipairs(KEYS) do
            if tonumber(redis.call('GET', key) or '0') > 0 then
                redis.call('DECR', key)
            end
        end
        return 1
        """;

    /// <summary>The users of Redis that the documentation describes may use keys with this prefix.</summary>
    private const string Prefix = "cortex:limit:quota:";

    /// <summary>How long a counter outlives its period.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromDays(1);

    /// <summary>Whether Redis is available.</summary>
    public bool IsUp => redis.CanEvaluate;

    /// <summary>Takes a request.</summary>
    /// <param name="counters">The counters, each with its limit and count: the user's, the key's, or both.</param>
    /// <param name="untilEnd">The time until the period ends.</param>
    /// <returns>Whether the request was taken, and the number of requests of each counter; null if Redis didn't respond in time.</returns>
    public async ValueTask<(bool IsTaken, long[] Used)?> TakeAsync(
        IReadOnlyList<(QuotaSubject Subject, long Limit, QuotaCount Count)> counters, TimeSpan untilEnd)
    {
        RedisKey[] keys = [.. counters.Select(counter => KeyOf(counter.Subject))];
        RedisValue[] values =
        [
            .. counters.SelectMany(counter => new RedisValue[] { counter.Limit, counter.Count.RecordedRequests, counter.Count.Used.Requests }),
            (long)(untilEnd + Margin).TotalMilliseconds,
        ];
        if (await redis.EvaluateAsync(TakeScript, keys, values) is not { } answer)
        {
            return null;
        }

        var numbers = (long[])answer!;
        if (numbers[0] == 1)
        {
            return (true, numbers[1..(1 + counters.Count)]);
        }

        // The counter that is at its limit is known exactly; the others weren't changed.
        long[] used = [.. counters.Select(counter => counter.Count.Used.Requests)];
        used[numbers[1] - 1] = numbers[2];
        return (false, used);
    }

    /// <summary>Takes back a request that has failed. If Redis doesn't respond, the request stays counted.</summary>
    public async ValueTask ReturnAsync(IEnumerable<QuotaSubject> counters) =>
        await redis.EvaluateAsync(ReturnScript, [.. counters.Select(KeyOf)], []);

    /// <summary>
    /// The counters of a user are in the same slot of a Redis Cluster. The key contains the start of the period: a date, with the time unless it is midnight.
    /// </summary>
    private static RedisKey KeyOf(QuotaSubject subject)
    {
        var owner = subject.IsKey ? subject.KeyId.ToString("N") : "user";
        var format = subject.From.TimeOfDay == TimeSpan.Zero ? "yyyy-MM-dd" : "yyyy-MM-dd'T'HH:mm";
        var start = subject.From.ToString(format, CultureInfo.InvariantCulture);
        return $"{Prefix}{{{subject.UserId:N}}}:{owner}:{start}";
    }
}
