using Cortex.IdentityServer.Http;

namespace Cortex.IdentityServer.Admin.Import;

/// <summary>What an import tells while it runs: each line's result in the order of the file, and how far it is after each batch.</summary>
internal abstract record ImportReport
{
    /// <summary>There is a new account, and it is committed.</summary>
    public sealed record Created(int Line, Guid Id) : ImportReport;

    /// <summary>This line made no account.</summary>
    public sealed record Failed(int Line, Problem Problem) : ImportReport;

    /// <summary>So far.</summary>
    public sealed record Progress(ImportCounts Counts) : ImportReport;
}

/// <summary>How an import ended. Every line that was reported as created is there in either case.</summary>
internal abstract record ImportResult(ImportCounts Counts)
{
    /// <summary>Every line has its result.</summary>
    public sealed record Complete(ImportCounts Counts) : ImportResult(Counts);

    /// <param name="Counts">Of the lines that have a result.</param>
    /// <param name="Line">The first line that has none.</param>
    /// <param name="Problem">Why.</param>
    public sealed record CutShort(ImportCounts Counts, int Line, Problem Problem) : ImportResult(Counts);
}

/// <summary>Lines of an import; empty ones don't count.</summary>
/// <param name="Lines">Lines that have a result.</param>
/// <param name="Created">Accounts that were created.</param>
/// <param name="Failed">Lines that failed.</param>
internal readonly record struct ImportCounts(int Lines, int Created, int Failed);
