using System.Diagnostics;
using System.Text.Json;
using Cortex.IdentityServer.Foundation.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cortex.IdentityServer.Features.Usage.Ledger;

/// <summary>The route with which services report usage.</summary>
internal static class LedgerEndpoints
{
    /// <summary>The maximum size of a report, in bytes.</summary>
    public const int MaxBodyLength = 1024 * 1024;

    private static readonly JsonDocumentOptions Format = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    /// <summary>Report usage</summary>
    /// <remarks>
    /// Records one event, or all events of an array of up to 1,000 (up to 1 MiB). The response means that they are committed. If any event is invalid, nothing
    /// is recorded, and <c>errors</c> names the fields, such as <c>[3].cost_usd</c>. With an <c>id</c> for each event, a report can be sent again after a lost
    /// response: an event that the same owner already has is a duplicate, and one of another owner's makes the report fail with 409 <c>id_conflict</c>. If too
    /// many reports are waiting, the response is 503 with <c>Retry-After</c>.
    /// </remarks>
    internal static async Task<Results<Accepted<ReportUsageResponse>, Problem>> ReportUsage(HttpContext http, UsageReporting reporting)
    {
        if (!http.Request.HasJsonContentType())
        {
            return Problems.UnsupportedMediaType.ToProblem();
        }

        JsonDocument body;
        try
        {
            body = await JsonDocument.ParseAsync(http.Request.Body, Format, http.RequestAborted);
        }
        catch (JsonException failure)
        {
            return StrictJson.Explain(failure).ToProblem();
        }
        catch (InvalidOperationException)
        {
            return UsageReporting.UnreadableName.ToProblem();
        }

        using (body)
        {
            return await reporting.RecordAsync((KnownCaller)http.User, body.RootElement, http.RequestAborted) switch
            {
                ReportResult.Recorded recorded => TypedResults.Accepted((string?)null, new ReportUsageResponse(recorded.Accepted, recorded.Duplicates)),
                ReportResult.Refused { Refusal: var refusal } => refusal.ToProblem(),
                _ => throw new UnreachableException(),
            };
        }
    }
}
