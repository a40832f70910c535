namespace Cortex.IdentityServer.Features.Usage.Sums;

/// <summary>The result of folding one batch of rows.</summary>
/// <param name="Last">The id of the last row in the batch.</param>
/// <param name="Count">The number of rows in the batch.</param>
/// <param name="Users">The users whose sums changed.</param>
/// <param name="Crowded">The lists of names that have become too long.</param>
internal sealed record FoldedBatch(long Last, long Count, IReadOnlySet<Guid> Users, IReadOnlyList<NameList> Crowded);
