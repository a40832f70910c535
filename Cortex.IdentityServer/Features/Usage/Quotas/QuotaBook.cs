using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.ExceptionServices;
using Cortex.IdentityServer.Features.Usage.Ledger;

namespace Cortex.IdentityServer.Features.Usage.Quotas;

/// <summary>
/// Keeps what the users and keys with quotas have used in memory, while they make requests. It is read from the ledger once a second, and what this server adds
/// to the ledger is added here at the same time.
/// </summary>
/// <remarks>
/// <see cref="UsageWriter"/> makes all reads, between its statements. Usage of this server is therefore either in the sums that are read, or added afterward.
/// Its intervals use real time rather than the <see cref="TimeProvider"/>, because other servers write to the ledger in real time.
/// </remarks>
internal sealed class QuotaBook(QuotaSumsReader reader, UsageSignal signal) : IUsageObserver
{
    /// <summary>Less than a second, because the writer looks five times a second whether it is time.</summary>
    private static readonly TimeSpan RefreshInterval = TimeSpan.FromMilliseconds(750);

    /// <summary>How long counts that no request needs are kept.</summary>
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(10);

    /// <summary>The maximum number of subjects in a statement.</summary>
    private const int MaxSubjects = 1_000;

    /// <summary>
    /// The counts of each user and key; the nil UUID stands for all usage of the user. There are several if the period has just changed. Only
    /// <see cref="UpdateAsync"/> replaces the arrays, which never change.
    /// </summary>
    private readonly ConcurrentDictionary<(Guid UserId, Guid KeyId), QuotaCount[]> _counts = new();

    private readonly Lock _lock = new();
    private List<(QuotaSubject Subject, TaskCompletionSource<QuotaCount> Read)> _wanted = [];
    private long _refreshedAt = Stopwatch.GetTimestamp();

    /// <summary>Whether the counts have to be read again.</summary>
    public bool IsDue => !_counts.IsEmpty && Stopwatch.GetElapsedTime(_refreshedAt) >= RefreshInterval;

    /// <summary>Returns a count that is at most a second old, or null if there is no subject.</summary>
    /// <exception cref="TimeoutException">The count isn't in memory, and reading it takes longer than the timeout.</exception>
    public ValueTask<QuotaCount?> GetAsync(QuotaSubject? subject, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (subject is not { } wanted)
        {
            return default;
        }

        if (Find(wanted) is { } known)
        {
            known.NeededAt = Stopwatch.GetTimestamp();
            return new(known);
        }

        return new(ReadAsync(wanted, timeout, cancellationToken)!);
    }

    /// <summary>Returns a count if it is in memory. Counts with requests that aren't in the ledger yet always are.</summary>
    public QuotaCount? Find(QuotaSubject subject)
    {
        foreach (var count in CountsOf(subject.UserId, subject.KeyId))
        {
            if (count.Subject == subject)
            {
                return count;
            }
        }

        return null;
    }

    /// <summary>Returns a count that is read from the ledger now.</summary>
    public Task<QuotaCount> ReadAsync(QuotaSubject subject, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var read = new TaskCompletionSource<QuotaCount>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            _wanted.Add((subject, read));
        }

        signal.Wake();
        return read.Task.WaitAsync(timeout, cancellationToken);
    }

    public void OnAdded(IReadOnlyList<UsageEvent> added) => Update(added, (count, sums, taken) => count.Add(sums, taken));

    public void OnDropped(IReadOnlyList<UsageEvent> dropped) => Update(dropped, (count, _, taken) => count.Drop(taken));

    /// <summary>Reads the counts that requests wait for and, once a second, all others.</summary>
    public async Task UpdateAsync(CancellationToken cancellationToken)
    {
        List<(QuotaSubject Subject, TaskCompletionSource<QuotaCount> Read)> wanted;
        lock (_lock)
        {
            (wanted, _wanted) = (_wanted, []);
        }

        // A chunk that can't be read fails those who wait for it, and nobody else.
        Exception? failure = null;
        foreach (var chunk in wanted.Chunk(MaxSubjects))
        {
            var failed = await ReadWantedAsync(chunk, cancellationToken);
            failure ??= failed;
        }

        if (failure is not null)
        {
            ExceptionDispatchInfo.Throw(failure);
        }

        if (!IsDue)
        {
            return;
        }

        _refreshedAt = Stopwatch.GetTimestamp();
        foreach (var chunk in _counts.Values.SelectMany(counts => counts, (_, count) => count.Subject).Chunk(MaxSubjects))
        {
            await ReadAsync(chunk, cancellationToken);
        }

        // Counts are kept while they can't be read again.
        RemoveIdle();
    }

    /// <summary>Returns the failure that all who wait have got; null if there was none.</summary>
    private async Task<Exception?> ReadWantedAsync(
        (QuotaSubject Subject, TaskCompletionSource<QuotaCount> Read)[] wanted, CancellationToken cancellationToken)
    {
        try
        {
            await ReadAsync([.. wanted.Select(one => one.Subject).Distinct()], cancellationToken);
            foreach (var (subject, read) in wanted)
            {
                var count = Find(subject)!;
                count.NeededAt = Stopwatch.GetTimestamp();
                read.TrySetResult(count);
            }

            return null;
        }
        catch (Exception failure)
        {
            foreach (var (_, read) in wanted)
            {
                read.TrySetException(failure);
            }

            return failure;
        }
    }

    private async Task ReadAsync(QuotaSubject[] subjects, CancellationToken cancellationToken)
    {
        var sums = await reader.ReadAsync(subjects, cancellationToken);
        foreach (var (subject, sum) in subjects.Zip(sums))
        {
            if (Find(subject) is { } known)
            {
                known.Set(sum);
                continue;
            }

            var count = new QuotaCount(subject, sum) { NeededAt = Stopwatch.GetTimestamp() };
            _counts.AddOrUpdate((subject.UserId, subject.KeyId), [count], (_, others) => [.. others, count]);
        }
    }

    /// <summary>Removes counts that weren't needed lately. The next request reads them again.</summary>
    private void RemoveIdle()
    {
        foreach (var (owner, counts) in _counts)
        {
            var needed = Array.FindAll(counts, count => Stopwatch.GetElapsedTime(count.NeededAt) <= IdleTime || count.IsWaiting);
            if (needed.Length == 0)
            {
                _counts.TryRemove(owner, out _);
            }
            else if (needed.Length < counts.Length)
            {
                _counts[owner] = needed;
            }
        }
    }

    private QuotaCount[] CountsOf(Guid userId, Guid keyId) => _counts.TryGetValue((userId, keyId), out var counts) ? counts : [];

    /// <summary>
    /// Updates all counts whose time contains that of an event, because an event may be older than the current period, and the period may have changed.
    /// </summary>
    /// <param name="events">The events.</param>
    /// <param name="update">Updates a count by the sums of some events and the number of requests among them that the count has already counted.</param>
    private void Update(IReadOnlyList<UsageEvent> events, Action<QuotaCount, QuotaSums, long> update)
    {
        if (_counts.IsEmpty)
        {
            return;
        }

        // Events of the same key often follow each other, and are added up first.
        for (var start = 0; start < events.Count;)
        {
            var (first, end) = (events[start], start + 1);
            while (end < events.Count && events[end].UserId == first.UserId && events[end].ApiKeyId == first.ApiKeyId)
            {
                end++;
            }

            foreach (var count in CountsOf(first.UserId, Guid.Empty))
            {
                UpdateCount(count, start, end);
            }

            foreach (var count in first.ApiKeyId is { } key ? CountsOf(first.UserId, key) : [])
            {
                UpdateCount(count, start, end);
            }

            start = end;
        }

        void UpdateCount(QuotaCount count, int start, int end)
        {
            var (sums, taken) = (default(QuotaSums), 0L);
            for (var i = start; i < end; i++)
            {
                var item = events[i];
                if (count.Subject.Contains(item.CreatedAt))
                {
                    sums = new(sums.Requests + 1, sums.TokensUsed + item.TokensUsed, sums.CostMicros + item.CostMicros);
                    taken += IsTaken(item, count.Subject) ? 1 : 0;
                }
            }

            if (sums.Requests > 0)
            {
                update(count, sums, taken);
            }
        }
    }

    /// <summary>Whether the count of a subject has counted a request before it was recorded.</summary>
    private static bool IsTaken(UsageEvent item, QuotaSubject subject) =>
        (subject.IsKey ? item.IsCountedForKey : item.IsCountedForUser) && item.CountedIn is { } period && subject.IsOf(period);
}
