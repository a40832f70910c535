namespace Cortex.IdentityServer.Features.Usage.Quotas;

/// <summary>
/// Decides whether a metered request is within the quotas of its caller, and counts it. Requests are counted exactly over all replicas with Redis, and on sums
/// of the ledger that are at most a second old without it. Tokens and costs are known only after a request, so requests in progress can exceed their limits.
/// </summary>
internal sealed class QuotaGate(QuotaBook book, TimeProvider clock, SharedQuotas? shared = null)
{
    /// <summary>How long a request waits for sums that can't refuse it.</summary>
    private static readonly TimeSpan PeekTimeout = TimeSpan.FromMilliseconds(500);

    /// <summary>Counts a request at this time, unless hard quotas don't allow it.</summary>
    /// <exception cref="TimeoutException">The quota only warns, and reading its sums takes too long.</exception>
    public async ValueTask<QuotaState> TakeAsync(AppliedQuota quota, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var period = quota.PeriodAt(now);
        var (user, key) = await FindAsync(quota, period, quota.IsHard ? Timeout.InfiniteTimeSpan : PeekTimeout, cancellationToken);
        if (quota.IsHard && shared is { IsUp: true } && await TakeSharedAsync(quota, period, user, key, now) is { } sharedState)
        {
            return sharedState;
        }

        return TakeHere(quota, period, user, key);
    }

    /// <summary>Returns the state of the quotas without counting a request.</summary>
    /// <exception cref="TimeoutException">Reading the sums takes too long.</exception>
    public ValueTask<QuotaState> PeekAsync(AppliedQuota quota, CancellationToken cancellationToken) => PeekAsync(quota, PeekTimeout, cancellationToken);

    /// <summary>Returns whether another request is allowed. A quota that only warns needs no sums for that.</summary>
    public async ValueTask<(bool IsAllowed, DateTimeOffset ResetsAt)> AllowsAsync(AppliedQuota quota, CancellationToken cancellationToken)
    {
        if (!quota.IsHard)
        {
            return (true, quota.PeriodAt(clock.GetUtcNow()).To);
        }

        var state = await PeekAsync(quota, Timeout.InfiniteTimeSpan, cancellationToken);
        return (state.IsAllowed, state.Period.To);
    }

    /// <summary>Reads what was used from the ledger, and returns it with the state.</summary>
    public async Task<(QuotaState State, QuotaSums User, QuotaSums? Key)> ReadAsync(AppliedQuota quota, CancellationToken cancellationToken)
    {
        var period = quota.PeriodAt(clock.GetUtcNow());
        var user = await book.ReadAsync(quota.UserSubject(period), Timeout.InfiniteTimeSpan, cancellationToken);
        var key = quota.KeySubject(period) is { } subject ? await book.ReadAsync(subject, Timeout.InfiniteTimeSpan, cancellationToken) : null;
        return (StateOf(quota, period, user, key), user.Used, key?.Used);
    }

    /// <summary>Forgets a request that was counted but has failed.</summary>
    public async ValueTask ReturnAsync(AppliedQuota quota, QuotaState taken)
    {
        var (user, key) = (quota.UserSubject(taken.Period), quota.KeySubject(taken.Period));
        book.Find(user)?.Drop();
        if (key is { } subject)
        {
            book.Find(subject)?.Drop();
        }

        if (taken.IsShared)
        {
            await shared!.ReturnAsync(SharedCounters(quota, taken.Period).Select(counter => counter.Subject));
        }
    }

    private async ValueTask<QuotaState> PeekAsync(AppliedQuota quota, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var period = quota.PeriodAt(clock.GetUtcNow());
        var (user, key) = await FindAsync(quota, period, timeout, cancellationToken);
        return StateOf(quota, period, user, key);
    }

    /// <remarks>Both counts are wanted before the first is awaited, so that one statement can read both within one timeout.</remarks>
    private ValueTask<(QuotaCount? User, QuotaCount? Key)> FindAsync(
        AppliedQuota quota, QuotaPeriod period, TimeSpan timeout, CancellationToken cancellationToken) =>
        BothAsync(
            book.GetAsync(quota.User.IsLimited ? quota.UserSubject(period) : null, timeout, cancellationToken),
            book.GetAsync(quota.KeySubject(period), timeout, cancellationToken));

    private static async ValueTask<(QuotaCount? User, QuotaCount? Key)> BothAsync(ValueTask<QuotaCount?> user, ValueTask<QuotaCount?> key) =>
        (await user, await key);

    private static QuotaState StateOf(AppliedQuota quota, QuotaPeriod period, QuotaCount? user, QuotaCount? key) => QuotaState.Of(
        quota, period, !quota.IsHard || (user?.Allows(quota.User) != false && key?.Allows(quota.Key!) != false), user?.Used, key?.Used);

    /// <summary>Counts the request here. Both counts are locked, so that a request that one of them refuses isn't counted by the other.</summary>
    private static QuotaState TakeHere(AppliedQuota quota, QuotaPeriod period, QuotaCount? user, QuotaCount? key)
    {
        user?.Lock.Enter();
        key?.Lock.Enter();
        try
        {
            var isAllowed = !quota.IsHard || (user?.AllowsLocked(quota.User) != false && key?.AllowsLocked(quota.Key!) != false);
            if (isAllowed)
            {
                user?.TakeLocked();
                key?.TakeLocked();
            }

            return QuotaState.Of(quota, period, isAllowed, user?.UsedLocked, key?.UsedLocked);
        }
        finally
        {
            key?.Lock.Exit();
            user?.Lock.Exit();
        }
    }

    /// <summary>The counters in Redis that a request needs: the user's, the key's, or both, for those whose number of requests is limited.</summary>
    private static IEnumerable<(QuotaSubject Subject, long Limit)> SharedCounters(AppliedQuota quota, QuotaPeriod period)
    {
        if (quota.User.Requests is { } userLimit)
        {
            yield return (quota.UserSubject(period), userLimit);
        }

        if (quota.Key?.Requests is { } keyLimit)
        {
            yield return (quota.KeySubject(period)!.Value, keyLimit);
        }
    }

    /// <summary>Counts the request in Redis; null if no number of requests is limited, or Redis didn't respond in time.</summary>
    private async ValueTask<QuotaState?> TakeSharedAsync(AppliedQuota quota, QuotaPeriod period, QuotaCount? user, QuotaCount? key, DateTimeOffset now)
    {
        List<(QuotaSubject Subject, long Limit, QuotaCount Count)> counters =
            [.. SharedCounters(quota, period).Select(counter => (counter.Subject, counter.Limit, counter.Subject.IsKey ? key! : user!))];
        if (counters.Count == 0)
        {
            return null;
        }

        if (user?.Allows(quota.User with { Requests = null }) == false || key?.Allows(quota.Key! with { Requests = null }) == false)
        {
            return QuotaState.Of(quota, period, isAllowed: false, user?.Used, key?.Used);
        }

        if (await shared!.TakeAsync(counters, period.To - now) is not var (isTaken, used))
        {
            return null;
        }

        if (isTaken)
        {
            user?.Take();
            key?.Take();
        }

        QuotaSums? userUsed = quota.User.Requests is null ? user?.Used : user!.Used with { Requests = used[0] };
        QuotaSums? keyUsed = quota.Key?.Requests is null ? key?.Used : key!.Used with { Requests = used[^1] };
        return QuotaState.Of(quota, period, isTaken, userUsed, keyUsed) with { IsShared = isTaken };
    }
}
