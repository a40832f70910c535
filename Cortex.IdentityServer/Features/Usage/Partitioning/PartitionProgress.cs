namespace Cortex.IdentityServer.Features.Usage.Partitioning;

/// <summary>The progress of partitioning <c>usage_logs</c>.</summary>
/// <param name="Rows">The number of rows that were copied, over all runs.</param>
/// <param name="Share">The share of the table that was copied, from 0 to 1.</param>
internal readonly record struct PartitionProgress(long Rows, double Share);
