using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Admin.Import;

/// <summary>A report of a running import: the result of a line, in the order of the file, or the progress after a batch.</summary>
internal abstract record ImportReport
{
    private ImportReport()
    {
    }

    /// <summary>The line created an account, which is committed.</summary>
    public sealed record Created(int Line, Guid Id) : ImportReport;

    /// <summary>The line didn't create an account.</summary>
    public sealed record Failed(int Line, Refusal Refusal) : ImportReport;

    /// <summary>The counts so far.</summary>
    public sealed record Progress(ImportCounts Counts) : ImportReport;
}
