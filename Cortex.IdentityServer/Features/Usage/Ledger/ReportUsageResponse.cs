using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Usage.Ledger;

/// <summary>The result of a report of usage, all of whose events are recorded.</summary>
/// <param name="Accepted">The number of events that were added.</param>
/// <param name="Duplicates">The number of events that had already been recorded under the same id.</param>
internal sealed record ReportUsageResponse(int Accepted, int Duplicates) : IExample<ReportUsageResponse>
{
    public static ReportUsageResponse Example => new(2, 0);
}
