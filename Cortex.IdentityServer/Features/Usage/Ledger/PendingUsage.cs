namespace Cortex.IdentityServer.Features.Usage.Ledger;

/// <summary>Events that are added to the ledger together or not at all.</summary>
/// <param name="Events">The events.</param>
/// <param name="IsMetered">Whether these are requests to this server's own routes, whose clients have already been answered.</param>
internal sealed record PendingUsage(IReadOnlyList<UsageEvent> Events, bool IsMetered)
{
    private int _isDecided;

    /// <summary>Claims the report for the writer, which is going to complete its receipt; returns false if the request has given it up.</summary>
    public bool TryClaim() => Interlocked.Exchange(ref _isDecided, 1) == 0;

    /// <summary>Gives the report up, so that it won't be recorded; returns false if the writer has claimed it.</summary>
    public bool TryGiveUp() => Interlocked.Exchange(ref _isDecided, 1) == 0;

    /// <summary>Completed when the events are committed, or when they can't be.</summary>
    public TaskCompletionSource<UsageReceipt> Receipt { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
