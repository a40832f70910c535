using System.ComponentModel;
using Cortex.IdentityServer.Features.Admin.Users;
using Cortex.IdentityServer.Features.Usage.Reports;
using Cortex.IdentityServer.Foundation.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Cortex.IdentityServer.Features.Admin;

/// <summary>The routes that report the usage of one user and of all users.</summary>
internal static class UsageAdminEndpoints
{
    /// <summary>Show a user's usage</summary>
    /// <remarks>
    /// Requires the role `admin` or `support`. Returns totals and a series without gaps. A grouped series has the 100 groups with the most requests (fewer if
    /// the series is long: 20,000 points in total) and the rest as the group `other`. Requests without a provider, a key, or a status form the group null.
    /// With `Accept: text/csv`, the response is the series as CSV.
    /// </remarks>
    internal static Task<Results<Ok<UsageReportResponse>, ContentHttpResult, PushStreamHttpResult, Problem>> ReadUserUsage(
        [Description("The id of the user.")] Guid id,
        [AsParameters] PeriodQuery query,
        [FromQuery(Name = "group_by"), UsageGroupValue, Description(
            "One series per endpoint, provider, API key, or class of status; a single series by default.")]
        string? groupBy,
        [FromQuery(Name = "api_key"), IdValue, Description("Only usage of this API key of the user.")] string? apiKey,
        ManagedAccounts accounts,
        ReportAnswer answer,
        HttpContext http) =>
        answer.CreateAsync(http, new(id), query, groupBy, apiKey, async () => await accounts.FindAsync(id, http.RequestAborted) is not null);

    /// <summary>Show the usage of all users</summary>
    /// <remarks>
    /// Requires the role `admin` or `support`. The same report over all users. It can also be grouped by `user` (the 100 with the most requests, with their
    /// emails as `group_name`) and by `tier` (the one that each user has now). The usage of deleted users isn't included. With `Accept: text/csv`, the
    /// response is the series as CSV.
    /// </remarks>
    internal static Task<Results<Ok<UsageReportResponse>, ContentHttpResult, PushStreamHttpResult, Problem>> ReadUsageOfAllUsers(
        [AsParameters] PeriodQuery query,
        [FromQuery(Name = "group_by"), UsageGroupValue(ofAllUsers: true), Description(
            "One series per endpoint, provider, API key, class of status, user, or tier; a single series by default.")]
        string? groupBy,
        ReportAnswer answer,
        HttpContext http) =>
        answer.CreateAsync(http, ReportScope.Everyone, query, groupBy);
}
