using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Admin.Import;

/// <summary>How an import ended. Every line that was reported as created is there in either case.</summary>
internal abstract record ImportResult
{
    private ImportResult(ImportCounts counts) => Counts = counts;

    public ImportCounts Counts { get; }

    /// <summary>Every line has its result.</summary>
    public sealed record Complete(ImportCounts Counts) : ImportResult(Counts);

    /// <param name="Counts">Of the lines that have a result.</param>
    /// <param name="Line">The first line that has none.</param>
    /// <param name="Refusal">Why.</param>
    public sealed record CutShort(ImportCounts Counts, int Line, Refusal Refusal) : ImportResult(Counts);
}
