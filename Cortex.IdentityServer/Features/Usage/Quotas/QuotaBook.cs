using System.Collections.Concurrent;
using System.Diagnostics;
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
    private static readonly TimeSpan RefreshInterval = TimeSpan.FromSeconds(1);

    /// <summary>How long counts that no request needs are kept.</summary>
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<QuotaSubject, QuotaCount> _counts = new();
    private readonly Lock _lock = new();
    private List<(QuotaSubject Subject, TaskCompletionSource<QuotaCount> Read)> _wanted = [];
    private long _refreshedAt = Stopwatch.GetTimestamp();

    /// <summary>Whether the counts have to be read again.</summary>
    public bool IsDue => !_counts.IsEmpty && Stopwatch.GetElapsedTime(_refreshedAt) >= RefreshInterval;

    /// <summary>Returns a count that is at most a second old.</summary>
    public ValueTask<QuotaCount> GetAsync(QuotaSubject subject, CancellationToken cancellationToken)
    {
        if (_counts.TryGetValue(subject, out var known))
        {
            known.NeededAt = Stopwatch.GetTimestamp();
            return new(known);
        }

        return new(ReadAsync(subject, cancellationToken));
    }

    /// <summary>Returns a count that is read from the ledger now.</summary>
    public Task<QuotaCount> ReadAsync(QuotaSubject subject, CancellationToken cancellationToken)
    {
        var read = new TaskCompletionSource<QuotaCount>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            _wanted.Add((subject, read));
        }

        signal.Set();
        return read.Task.WaitAsync(cancellationToken);
    }

    public void OnAdded(IReadOnlyList<UsageEvent> added) => Update(added, (count, item, isCounted) => count.Add(item, isCounted));

    public void OnDropped(IReadOnlyList<UsageEvent> dropped) => Update(dropped, (count, _, isCounted) => count.Drop(isCounted));

    /// <summary>Reads the counts that requests wait for and, once a second, all others.</summary>
    public async Task UpdateAsync(CancellationToken cancellationToken)
    {
        List<(QuotaSubject Subject, TaskCompletionSource<QuotaCount> Read)> wanted;
        lock (_lock)
        {
            (wanted, _wanted) = (_wanted, []);
        }

        var isDue = IsDue;
        if (wanted.Count == 0 && !isDue)
        {
            return;
        }

        try
        {
            RemoveIdle();
            HashSet<QuotaSubject> subjects = [.. wanted.Select(one => one.Subject), .. isDue ? _counts.Keys : []];
            await ReadAllAsync(subjects, cancellationToken);
            wanted.ForEach(one => one.Read.TrySetResult(_counts[one.Subject]));
        }
        catch (Exception failure)
        {
            wanted.ForEach(one => one.Read.TrySetException(failure));
            throw;
        }
        finally
        {
            _refreshedAt = isDue ? Stopwatch.GetTimestamp() : _refreshedAt;
        }
    }

    private async Task ReadAllAsync(HashSet<QuotaSubject> subjects, CancellationToken cancellationToken)
    {
        var sums = await reader.ReadAsync(subjects, cancellationToken);
        foreach (var (subject, sum) in subjects.Zip(sums))
        {
            _counts.GetOrAdd(subject, _ => new(sum) { NeededAt = Stopwatch.GetTimestamp() }).Set(sum);
        }
    }

    /// <summary>Removes counts that weren't needed lately. The next request reads them again.</summary>
    private void RemoveIdle()
    {
        foreach (var (subject, count) in _counts)
        {
            if (Stopwatch.GetElapsedTime(count.NeededAt) > IdleTime && !count.IsWaiting)
            {
                _counts.TryRemove(subject, out _);
            }
        }
    }

    /// <param name="events">The events.</param>
    /// <param name="update">Updates a count by an event, which the count has already counted or not.</param>
    private void Update(IReadOnlyList<UsageEvent> events, Action<QuotaCount, UsageEvent, bool> update)
    {
        if (_counts.IsEmpty)
        {
            return;
        }

        foreach (var item in events)
        {
            var month = QuotaPeriod.Of(item.CreatedAt).Month;
            if (_counts.TryGetValue(new(item.UserId, Guid.Empty, month), out var user))
            {
                update(user, item, item.IsCountedForUser);
            }

            if (item.ApiKeyId is { } key && _counts.TryGetValue(new(item.UserId, key, month), out var own))
            {
                update(own, item, item.IsCountedForKey);
            }
        }
    }
}
