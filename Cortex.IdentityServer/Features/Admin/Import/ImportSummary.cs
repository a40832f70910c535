using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Admin.Import;

/// <summary>The last line of a complete import.</summary>
/// <param name="Summary">All in all.</param>
internal sealed record ImportSummary(ImportCounts Summary) : IExample<ImportSummary>
{
    public static ImportSummary Example => new(new ImportCounts(1200, 1190, 10));
}
