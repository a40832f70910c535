using System.ComponentModel;
using Cortex.IdentityServer.Foundation.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Cortex.IdentityServer.Features.Usage.Reports;

/// <summary>The routes with which people and services see their usage.</summary>
internal static class ReportEndpoints
{
    /// <summary>Show usage</summary>
    /// <remarks>
    /// Returns totals and a series without gaps, which include every event as soon as it was accepted. A person sees all of their usage; an API key sees its
    /// own, unless it has the scope `usage:read`. With `api_key`, only the usage of that key is counted; the report of a key that the caller may not see is
    /// empty. A grouped series has the 100 groups with the most requests (fewer if the series is long: 20,000 points in
    /// total) and the rest as the group `other`. Requests without a provider, a key, or a status form the group null. Endpoints and providers beyond the
    /// largest few thousand of a month are also counted as `other`. With `Accept: text/csv`, the response is the series as CSV.
    /// </remarks>
    internal static Task<Results<Ok<UsageReportResponse>, ContentHttpResult, PushStreamHttpResult, Problem>> ReadUsage(
        [AsParameters] PeriodQuery query,
        [FromQuery(Name = "group_by"), UsageGroupValue, Description(
            "One series per endpoint, provider, API key, or class of status; a single series by default.")]
        string? groupBy,
        [FromQuery(Name = "api_key"), IdValue, Description("Only usage of this API key.")] string? apiKey,
        ReportAnswer answer,
        HttpContext http) =>
        answer.CreateAsync(http, ReportScope.Of(http.User), query, groupBy, apiKey);

    /// <summary>List usage events</summary>
    /// <remarks>
    /// Lists events, newest first, for as long as the operator keeps them. Filters combine. A person sees all of their events; an API key sees its own,
    /// unless it has the scope `usage:read`. A page may have fewer events than `limit`, or none, if few events match, so continue until `next_cursor` is
    /// null. With `Accept: text/csv` or `Accept: application/x-ndjson`, the response streams all events. Such a response that ends before its last chunk is
    /// incomplete, which also happens if the session ends, the key is revoked, or the account is disabled meanwhile.
    /// </remarks>
    internal static async Task<Results<Ok<UsageEventPageResponse>, PushStreamHttpResult, Problem>> ListUsageEvents(
        [AsParameters] EventsQuery query, EventPages pages, EventExport export, HttpContext http)
    {
        var mediaType = http.NegotiateMediaType(MediaTypes.Json, Csv.MediaType, Ndjson.MediaType);
        var scope = ReportScope.Of(http.User);
        var reader = new QueryReader();
        var (limit, after, filter) = (reader.ReadLimit(query.Limit), reader.ReadCursor(query.Cursor), query.Read(reader));
        if (reader.Refusal is { } refusal)
        {
            return refusal.ToProblem();
        }

        var isHead = HttpMethods.IsHead(http.Request.Method);
        if (mediaType == MediaTypes.Json)
        {
            if (isHead)
            {
                return HeadResponse.Of(MediaTypes.JsonContentType);
            }

            var page = await pages.PageAsync(scope, filter, after, limit, http.RequestAborted);
            return TypedResults.Ok(new UsageEventPageResponse(page.Items, page.Next?.ToText()));
        }

        var isCsv = mediaType == Csv.MediaType;
        var contentType = isCsv ? Csv.ContentType : Ndjson.MediaType;
        return isHead ? HeadResponse.Of(contentType) : TypedResults.Stream(
            async body =>
            {
                if (!await export.TryWriteAsync(http, scope, filter, after, isCsv, body))
                {
                    // Completing the response would tell the client that these are all events.
                    http.Abort();
                }
            },
            contentType);
    }
}
