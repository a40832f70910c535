using Cortex.IdentityServer.Foundation.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cortex.IdentityServer.Features.Usage.Reports;

/// <summary>Answers requests for a report, as JSON or CSV.</summary>
internal sealed class ReportAnswer(UsageReport report, UsageOptions options, TimeProvider clock)
{
    /// <summary>Rows that are about to be deleted, perhaps by a replica whose clock is ahead, aren't relied on.</summary>
    private static readonly TimeSpan Leeway = TimeSpan.FromHours(1);

    /// <param name="http">The request.</param>
    /// <param name="scope">Whose usage is counted.</param>
    /// <param name="query">The period.</param>
    /// <param name="groupBy">The name of the grouping, or null.</param>
    /// <param name="apiKey">The id of the only API key whose usage is counted, or null.</param>
    /// <param name="exists">Looks up whether there is a user to report about, once the query is known to be valid; null if there is one.</param>
    public async Task<Results<Ok<UsageReportResponse>, ContentHttpResult, PushStreamHttpResult, Problem>> CreateAsync(
        HttpContext http, ReportScope scope, PeriodQuery query, string? groupBy, string? apiKey = null, Func<Task<bool>>? exists = null)
    {
        var mediaType = http.NegotiateMediaType(MediaTypes.Json, Csv.MediaType);
        var groupings = scope.UserId is null ? ReportGrouping.OfAllUsers : ReportGrouping.OfOneUser;
        var reader = new QueryReader();
        var now = clock.GetUtcNow();
        var period = ReportPeriod.Read(reader, query, now, now - options.Retention + Leeway);
        var group = reader.ReadWord("group_by", groupBy, [.. groupings.Select(grouping => grouping.Name)]);
        var key = reader.ReadId("api_key", apiKey);
        if (reader.Refusal is { } refusal)
        {
            return refusal.ToProblem();
        }

        if (exists is not null && !await exists())
        {
            return Problems.NotFound.ToProblem();
        }

        var isCsv = mediaType == Csv.MediaType;
        if (HttpMethods.IsHead(http.Request.Method))
        {
            return HeadResponse.Of(isCsv ? Csv.ContentType : MediaTypes.JsonContentType);
        }

        var usage = await report.ReadAsync(scope.OnlyOf(key), period, groupings.FirstOrDefault(grouping => grouping.Name == group), http.RequestAborted);
        return isCsv ? TypedResults.Text(UsageCsv.Of(usage), Csv.ContentType) : TypedResults.Ok(usage);
    }
}
