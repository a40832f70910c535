using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Admin.Import;

/// <summary>What an import tells while it runs: each line's result in the order of the file, and how far it is after each batch.</summary>
internal abstract record ImportReport
{
    private ImportReport()
    {
    }

    /// <summary>There is a new account, and it is committed.</summary>
    public sealed record Created(int Line, Guid Id) : ImportReport;

    /// <summary>This line made no account.</summary>
    public sealed record Failed(int Line, Refusal Refusal) : ImportReport;

    /// <summary>So far.</summary>
    public sealed record Progress(ImportCounts Counts) : ImportReport;
}
