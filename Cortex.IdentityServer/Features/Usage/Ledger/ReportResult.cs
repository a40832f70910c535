using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Usage.Ledger;

/// <summary>The outcome of a report of usage.</summary>
internal abstract record ReportResult
{
    private ReportResult()
    {
    }

    /// <summary>All events are committed.</summary>
    /// <param name="Accepted">The number of events that were added.</param>
    /// <param name="Duplicates">The number of events that had already been reported.</param>
    public sealed record Recorded(int Accepted, int Duplicates) : ReportResult;

    /// <summary>Nothing was recorded.</summary>
    public sealed record Refused(Refusal Refusal) : ReportResult;
}
