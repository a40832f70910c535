namespace Cortex.IdentityServer.Features.Usage.Ledger;

/// <summary>Follows what <see cref="UsageWriter"/> adds to the ledger. The writer calls it between its statements, never while one is running.</summary>
internal interface IUsageObserver
{
    /// <summary>Whether <see cref="UpdateAsync"/> should be called now.</summary>
    bool IsDue { get; }

    /// <summary>Called when events are committed.</summary>
    /// <param name="added">The events that were added, without duplicates.</param>
    void OnAdded(IReadOnlyList<UsageEvent> added);

    /// <summary>Called when metered requests are lost.</summary>
    void OnDropped(IReadOnlyList<UsageEvent> dropped);

    /// <summary>Reads from the ledger what the observer needs.</summary>
    Task UpdateAsync(CancellationToken cancellationToken);
}
