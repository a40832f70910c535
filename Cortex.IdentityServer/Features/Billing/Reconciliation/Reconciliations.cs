using Cortex.IdentityServer.Features.Billing.Metering;
using Cortex.IdentityServer.Features.Usage;

namespace Cortex.IdentityServer.Features.Billing.Reconciliation;

/// <summary>Compares what users have used in a month with what Polar has accepted and with what its meters have counted.</summary>
internal sealed class Reconciliations(MeteredMonths months, MeterQuantities quantities, UsageOptions usage, TimeProvider clock)
{
    /// <summary>The maximum number of users on a page: each is several requests to Polar.</summary>
    public const int MaxPageSize = 50;

    public const int DefaultPageSize = 20;

    /// <summary>Reads a page.</summary>
    /// <remarks>
    /// Without Polar, the database finds the users with drift. With it, only Polar knows them, so the filter applies to
    /// <see cref="ReconciliationFilter.Limit"/> users at a time, and a page can be shorter or even empty.
    /// </remarks>
    public async Task<ReconciliationPage> PageAsync(ReconciliationFilter filter, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var month = filter.Month ?? new DateOnly(now.Year, now.Month, 1);
        var onlyDifferences = filter.Drift == true && !quantities.IsEnabled;
        var rows = await months.ReadAsync(month, filter.After ?? Guid.Empty, filter.Limit + 1, filter.UserId, onlyDifferences, cancellationToken);
        var next = rows.Count > filter.Limit ? rows[filter.Limit - 1].UserId.ToString() : null;
        var page = rows.Take(filter.Limit).ToList();
        var (meters, failure) = await quantities.ReadAsync(month, [.. page.Select(row => row.UserId)], cancellationToken);
        var items = page.Select(row => ReconciledMonth.Of(row, meters.GetValueOrDefault(row.UserId)));
        return new(
            ReconciledMonth.TextOf(month),
            new DateTimeOffset(month, TimeOnly.MinValue, TimeSpan.Zero) >= now - usage.Retention,
            failure,
            [.. items.Where(item => filter.Drift is null || item.Drift == filter.Drift)],
            next);
    }
}
