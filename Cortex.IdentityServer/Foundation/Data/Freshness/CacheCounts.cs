namespace Cortex.IdentityServer.Foundation.Data.Freshness;

/// <summary>What a cache of credentials has done since the server started.</summary>
/// <param name="Kind">The kind of the credentials, as a label.</param>
/// <param name="Hits">The number of times that a current entry saved a query.</param>
/// <param name="Queries">The number of queries.</param>
/// <param name="Size">The current number of entries.</param>
internal readonly record struct CacheCounts(string Kind, long Hits, long Queries, int Size);
