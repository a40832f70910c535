using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Admin.Import;

/// <summary>The result of an import. In either case, accounts that were reported as created are kept.</summary>
internal abstract record ImportResult
{
    private ImportResult(ImportCounts counts) => Counts = counts;

    public ImportCounts Counts { get; }

    /// <summary>Every line has its result.</summary>
    public sealed record Complete(ImportCounts Counts) : ImportResult(Counts);

    /// <param name="Counts">The counts of the lines that have a result.</param>
    /// <param name="Line">The first line without a result.</param>
    /// <param name="Refusal">Why the import was cut short.</param>
    public sealed record Aborted(ImportCounts Counts, int Line, Refusal Refusal) : ImportResult(Counts);
}
