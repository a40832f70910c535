using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Usage.Reports;

/// <summary>Writes reports and events as CSV. Columns may be added at the end, but never change.</summary>
internal static class UsageCsv
{
    private static readonly string[] ReportColumns = ["start", "group", "group_name", "requests", "tokens_used", "cost_usd", "errors", "unpriced"];

    private static readonly string[] EventColumns =
    [
        "id", "api_key_id", "endpoint", "tokens_used", "cost_usd", "provider", "response_time_ms", "status_code", "error_message", "created_at",
    ];

    /// <summary>Returns the series of a report, with a header row.</summary>
    public static string Of(UsageReportResponse report)
    {
        var csv = new Csv().Header(ReportColumns);
        foreach (var point in report.Series)
        {
            csv.Time(point.Start).Text(point.Group).Text(point.GroupName).Number(point.Requests).Number(point.TokensUsed).Number(point.CostUsd)
                .Number(point.Errors).Number(point.Unpriced).EndRow();
        }

        return csv.ToString();
    }

    /// <summary>Returns rows for events, with a header row if they are the first.</summary>
    public static string Of(IEnumerable<UsageEventResponse> events, bool areFirst)
    {
        var csv = areFirst ? new Csv().Header(EventColumns) : new Csv();
        foreach (var item in events)
        {
            csv.Text(item.Id.ToString()).Text(item.ApiKeyId?.ToString()).Text(item.Endpoint).Number(item.TokensUsed).Number(item.CostUsd).Text(item.Provider)
                .Number(item.ResponseTimeMs).Number(item.StatusCode).Text(item.ErrorMessage).Time(item.CreatedAt).EndRow();
        }

        return csv.ToString();
    }
}
