namespace Cortex.IdentityServer.Features.Admin.Import;

/// <summary>The last line of a complete import.</summary>
/// <param name="Summary">All in all.</param>
internal sealed record ImportSummary(ImportCounts Summary);
