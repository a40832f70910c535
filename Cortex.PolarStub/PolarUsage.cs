namespace Cortex.Polar;

/// <summary>The usage events that the API has received.</summary>
public sealed class PolarUsage
{
    private readonly PolarOrganization _organization;
    private readonly List<PolarEvent> _accepted = [];
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _seen = new(StringComparer.Ordinal);
    private readonly List<int> _batches = [];
    private readonly Dictionary<string, string> _refused = new(StringComparer.Ordinal);

    internal PolarUsage(PolarOrganization organization) => _organization = organization;

    /// <summary>All accepted events in the order of their arrival, without duplicates.</summary>
    public IReadOnlyList<PolarEvent> Accepted => _organization.Change(() => _accepted.ToList());

    /// <summary>How often each external id has arrived, including duplicates and events of batches that were refused, lost, or answered with a fault.</summary>
    public IReadOnlyDictionary<string, int> Seen => _organization.Change(() => _seen.ToDictionary(StringComparer.Ordinal));

    /// <summary>The number of events in each batch that has arrived.</summary>
    public IReadOnlyList<int> Batches => _organization.Change(() => _batches.ToList());

    /// <summary>Refuses the event of an external id, and with it each batch that contains it, until <see cref="AcceptAll"/>.</summary>
    public void Refuse(string externalId, string message = "Value error, The event is refused.") =>
        _organization.Change(() => _refused[externalId] = message);

    /// <summary>Refuses nothing any more.</summary>
    public void AcceptAll() => _organization.Change(() =>
    {
        _refused.Clear();
        return 0;
    });

    /// <summary>The sum of a metadata value over a customer's accepted events.</summary>
    public decimal Sum(string externalCustomerId, string property) =>
        Accepted.Where(accepted => accepted.ExternalCustomerId == externalCustomerId).Sum(accepted => accepted.Number(property));

    /// <summary>The sums of a metadata value by customer.</summary>
    public IReadOnlyDictionary<string, decimal> Sums(string property) => Accepted.Where(accepted => accepted.ExternalCustomerId is not null)
        .GroupBy(accepted => accepted.ExternalCustomerId!, StringComparer.Ordinal)
        .ToDictionary(group => group.Key, group => group.Sum(accepted => accepted.Number(property)), StringComparer.Ordinal);

    internal string? RefusalOf(string? externalId) =>
        externalId is null ? null : _organization.Change(() => _refused.GetValueOrDefault(externalId));

    /// <summary>Counts what has arrived, whatever becomes of it.</summary>
    internal void Notice(IReadOnlyList<string?> externalIds) => _organization.Change(() =>
    {
        _batches.Add(externalIds.Count);
        foreach (var id in externalIds.OfType<string>())
        {
            _seen[id] = _seen.GetValueOrDefault(id) + 1;
        }

        return 0;
    });

    /// <summary>Accepts a valid batch.</summary>
    internal (int Inserted, int Duplicates) Accept(IReadOnlyList<PolarEvent> events) => _organization.Change(() =>
    {
        var inserted = events.Where(received => received.ExternalId is null || _ids.Add(received.ExternalId)).ToList();
        _accepted.AddRange(inserted);
        return (inserted.Count, events.Count - inserted.Count);
    });

    /// <summary>A customer's events that a meter measures.</summary>
    internal IEnumerable<PolarEvent> Measured(PolarMeter meter, PolarCustomer? customer = null) => Accepted.Where(
        accepted => accepted.Name == meter.EventName
            && (customer is null || accepted.CustomerId == customer.Id
                || (accepted.ExternalCustomerId is not null && accepted.ExternalCustomerId == customer.ExternalId)));

    internal DateTimeOffset? FirstEventOf(PolarCustomer customer) => Accepted
        .Where(accepted => accepted.CustomerId == customer.Id
            || (accepted.ExternalCustomerId is not null && accepted.ExternalCustomerId == customer.ExternalId))
        .Min(accepted => (DateTimeOffset?)accepted.Timestamp);

    internal static decimal Measure(PolarMeter meter, IEnumerable<PolarEvent> events) =>
        meter.Property is { } property ? events.Sum(measured => measured.Number(property)) : events.Count();
}
