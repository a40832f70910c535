namespace Cortex.IdentityServer.Features.Usage.Partitioning;

/// <summary>The outcome of partitioning <c>usage_logs</c>.</summary>
internal abstract record PartitionResult
{
    private PartitionResult()
    {
    }

    /// <param name="Rows">The number of rows that were copied, over all runs.</param>
    /// <param name="Partitions">The number of partitions.</param>
    public sealed record Done(long Rows, long Partitions) : PartitionResult;

    public sealed record AlreadyDone : PartitionResult;

    /// <summary>Nothing was changed, or an unfinished copy was left as it was.</summary>
    /// <param name="Reasons">What has to be removed from the table first, one sentence or two each.</param>
    public sealed record Refused(IReadOnlyList<string> Reasons) : PartitionResult;

    /// <summary>The table's definition changed after the copy was begun, so the copy was removed; or another run removed it.</summary>
    public sealed record Outdated : PartitionResult;

    /// <summary>Other transactions held locks for too long. The next run continues.</summary>
    public sealed record Blocked : PartitionResult;
}
