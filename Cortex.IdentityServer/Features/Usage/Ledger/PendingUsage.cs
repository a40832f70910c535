namespace Cortex.IdentityServer.Features.Usage.Ledger;

/// <summary>Events that are added to the ledger together or not at all.</summary>
/// <param name="Events">The events.</param>
/// <param name="IsMetered">Whether these are requests to this server's own routes, whose clients have already been answered.</param>
internal sealed record PendingUsage(IReadOnlyList<UsageEvent> Events, bool IsMetered)
{
    /// <summary>Completed when the events are committed, or when they can't be.</summary>
    public TaskCompletionSource<UsageReceipt> Receipt { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
