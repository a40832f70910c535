using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Cortex.IdentityServer.Foundation.Http;
using Microsoft.Extensions.Options;
using JsonOptions = Microsoft.AspNetCore.Http.Json.JsonOptions;

namespace Cortex.IdentityServer.Features.Usage.Reports;

/// <summary>Writes all events as CSV or as lines of JSON, as long as the caller keeps the right to read them.</summary>
internal sealed partial class EventExport(EventPages pages, CallerRights rights, IOptions<JsonOptions> json, ILogger<EventExport> logger)
{
    private readonly JsonTypeInfo<UsageEventResponse> _format =
        (JsonTypeInfo<UsageEventResponse>)json.Value.SerializerOptions.GetTypeInfo(typeof(UsageEventResponse));

    /// <summary>Returns true if all events were written; false if the caller lost the right, so that the output is incomplete.</summary>
    /// <param name="http">The request. Its caller is checked again before each page, because a slow reader can keep an export open for a long time.</param>
    /// <param name="scope">Whose events are exported.</param>
    /// <param name="filter">The events to export.</param>
    /// <param name="after">The position after which the export starts; null for the newest event.</param>
    /// <param name="isCsv">Whether to write CSV rather than lines of JSON.</param>
    /// <param name="body">The response body.</param>
    public async Task<bool> TryWriteAsync(HttpContext http, ReportScope scope, EventFilter filter, TimeCursor? after, bool isCsv, Stream body)
    {
        var isFirst = true;
        await foreach (var page in pages.AllAsync(scope, filter, after, http.RequestAborted))
        {
            if (await rights.FindRefusalAsync(http, scope) is { } refusal)
            {
                Log.CutShort(logger, scope.UserId!.Value, refusal.Code);
                return false;
            }

            await body.WriteAsync(isCsv ? Encoding.UTF8.GetBytes(UsageCsv.Of(page, isFirst)) : Lines(page), http.RequestAborted);
            await body.FlushAsync(http.RequestAborted);
            isFirst = false;
        }

        return true;
    }

    private ReadOnlyMemory<byte> Lines(IEnumerable<UsageEventResponse> events)
    {
        var buffer = new ArrayBufferWriter<byte>();
        foreach (var item in events)
        {
            using (var writer = new Utf8JsonWriter(buffer))
            {
                JsonSerializer.Serialize(writer, item, _format);
            }

            buffer.Write(Ndjson.NewLine.Span);
        }

        return buffer.WrittenMemory;
    }

    private static partial class Log
    {
        [LoggerMessage(4009, LogLevel.Warning, "An export of usage of user {UserId} was cut short: its caller lost the right to it ({Code})")]
        public static partial void CutShort(ILogger logger, Guid userId, string code);
    }
}
