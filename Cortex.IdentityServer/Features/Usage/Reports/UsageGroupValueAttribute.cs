using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Usage.Reports;

/// <summary>Restricts a query value to the groupings of usage.</summary>
/// <param name="ofAllUsers">Whether the report covers all users, so that it can also be grouped by user and tier.</param>
internal sealed class UsageGroupValueAttribute(bool ofAllUsers = false)
    : WordValueAttribute([.. (ofAllUsers ? ReportGrouping.OfAllUsers : ReportGrouping.OfOneUser).Select(grouping => grouping.Name)]);
