namespace Cortex.IdentityServer.Features.Usage.Ledger;

/// <summary>The outcome of adding one report's events to the ledger.</summary>
internal abstract record UsageReceipt
{
    private UsageReceipt()
    {
    }

    /// <summary>All events are committed.</summary>
    /// <param name="Accepted">The number of events that were added.</param>
    /// <param name="Duplicates">The number of events whose id the same owner had already reported.</param>
    public sealed record Recorded(int Accepted, int Duplicates) : UsageReceipt;

    /// <summary>An event's id belongs to another owner's event. Nothing was added.</summary>
    /// <param name="Index">The position of the event in the report.</param>
    /// <param name="IsRecorded">Whether the other event was recorded before, rather than being written at the same time.</param>
    public sealed record IdConflict(int Index, bool IsRecorded) : UsageReceipt;

    /// <summary>The API key of an event, or the account of its owner, was deleted while the report waited. Nothing was added.</summary>
    public sealed record OwnerDeleted : UsageReceipt
    {
        public static OwnerDeleted Instance { get; } = new();

        private OwnerDeleted()
        {
        }
    }
}
