using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Admin.Import;

/// <summary>The progress of an import, reported after each batch.</summary>
/// <param name="Progress">The counts so far.</param>
internal sealed record ImportProgress(ImportCounts Progress) : IExample<ImportProgress>
{
    public static ImportProgress Example => new(new ImportCounts(500, 499, 1));
}
