using System.Collections.Concurrent;
using Cortex.IdentityServer.Features.Billing.Polar;

namespace Cortex.IdentityServer.Features.Billing.Reconciliation;

/// <summary>Asks Polar what its meters have counted for some users in a month.</summary>
internal sealed class MeterQuantities(PolarClient polar, BillingOptions options, MeterList list)
{
    /// <summary>How long all requests together may take. It is real time, because it measures the network.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(8);

    private const int MaxConcurrent = 4;

    /// <summary>Whether Polar is asked at all.</summary>
    public bool IsEnabled => options.SendsUsage;

    /// <summary>
    /// Returns what the meters have counted, by user, and why that isn't complete; null if it is. Only users of whom all meters are known are in the result.
    /// </summary>
    /// <param name="month">The first day of the month. Polar counts an event in the month of its timestamp, which is in the hour of the usage.</param>
    /// <param name="users">The ids of the users.</param>
    /// <param name="cancellationToken">The request's cancellation token.</param>
    public async Task<(IReadOnlyDictionary<Guid, IReadOnlyList<ReconciledMeter>> Meters, string? Failure)> ReadAsync(
        DateOnly month, IReadOnlyCollection<Guid> users, CancellationToken cancellationToken)
    {
        var found = new ConcurrentDictionary<(Guid UserId, string MeterId), ReconciledMeter?>();
        if (!IsEnabled || users.Count == 0)
        {
            return (Complete([], [], found), IsEnabled ? null : polar.IsEnabled ? PolarReason.UsageOff : PolarReason.ApiOff);
        }

        using var timeout = new CancellationTokenSource(Timeout, TimeProvider.System);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        IReadOnlyList<(PolarMeter Meter, string? Metric)> meters = [];
        string? failure = null;
        try
        {
            (var known, failure) = await list.ReadAsync(both.Token);
            meters = known ?? [];
            var pairs = users.SelectMany(_ => meters, (user, item) => (user, item.Meter, item.Metric));
            await Parallel.ForEachAsync(pairs, new ParallelOptions { MaxDegreeOfParallelism = MaxConcurrent, CancellationToken = both.Token }, AskAsync);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            failure ??= PolarFailure.Timeout;
        }

        return (Complete(failure is not null && meters.Count == 0 ? [] : users, meters, found), failure);

        async ValueTask AskAsync((Guid UserId, PolarMeter Meter, string? Metric) pair, CancellationToken token)
        {
            switch (await QuantityAsync(pair.Meter, pair.UserId, month, token))
            {
                case PolarAnswer<PolarQuantities>.Ok(var quantities):
                    found[(pair.UserId, pair.Meter.Id)] = new(pair.Meter.Id, pair.Meter.Name, quantities.Total, pair.Metric);
                    break;
                case PolarAnswer<PolarQuantities>.Absent:
                    // The meter was deleted a moment ago.
                    found[(pair.UserId, pair.Meter.Id)] = null;
                    break;
                case var answer:
                    // The others would most likely fail, too.
                    Interlocked.CompareExchange(ref failure, PolarReason.Of(answer), null);
                    await both.CancelAsync();
                    break;
            }
        }
    }

    private Task<PolarAnswer<PolarQuantities>> QuantityAsync(PolarMeter meter, Guid userId, DateOnly month, CancellationToken cancellationToken)
    {
        var from = new DateTimeOffset(month, TimeOnly.MinValue, TimeSpan.Zero);
        return polar.GetQuantitiesAsync(meter.Id, userId.ToString(), from, from.AddMonths(1).AddMicroseconds(-1), "month", cancellationToken);
    }

    private static Dictionary<Guid, IReadOnlyList<ReconciledMeter>> Complete(
        IEnumerable<Guid> users,
        IReadOnlyList<(PolarMeter Meter, string? Metric)> meters,
        ConcurrentDictionary<(Guid UserId, string MeterId), ReconciledMeter?> found) => users
            .Where(user => meters.All(item => found.ContainsKey((user, item.Meter.Id))))
            .ToDictionary(
                user => user,
                IReadOnlyList<ReconciledMeter> (user) => [.. meters.Select(item => found[(user, item.Meter.Id)]).OfType<ReconciledMeter>()]);
}
