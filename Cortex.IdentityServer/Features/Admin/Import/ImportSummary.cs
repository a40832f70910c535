using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Admin.Import;

/// <summary>The last line of a complete import.</summary>
/// <param name="Summary">The final counts.</param>
internal sealed record ImportSummary(ImportCounts Summary) : IExample<ImportSummary>
{
    public static ImportSummary Example => new(new ImportCounts(1200, 1190, 10));
}
