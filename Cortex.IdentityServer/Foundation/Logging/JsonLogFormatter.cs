using System.Buffers;
using System.Collections;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Cortex.IdentityServer.Foundation.Logging;

/// <summary>Writes each entry of the log as one line with one JSON object, whose members docs/logs.md describes.</summary>
/// <remarks>.NET's own formatter writes neither the event's name nor, without scopes, the trace and the request, and it writes each message twice.</remarks>
internal sealed class JsonLogFormatter(TimeProvider clock) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "cortex-json";

    /// <summary>The name under which an entry contains its template, in addition to its parameters.</summary>
    private const string Template = "{OriginalFormat}";

    /// <summary>
    /// This encoder escapes quotation marks, line breaks, and all control characters, so that an entry is always one line and can't control a terminal.
    /// Apostrophes and characters such as <c>&lt;</c> stay readable, because no browser interprets the log as HTML.
    /// </summary>
    private static readonly JsonWriterOptions Writer = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var line = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(line, Writer))
        {
            json.WriteStartObject();
            json.WriteString("timestamp", Text(clock.GetUtcNow()));
            json.WriteString("level", Level(logEntry.LogLevel));
            json.WriteNumber("event_id", logEntry.EventId.Id);
            if (logEntry.EventId.Name is { } name)
            {
                json.WriteString("event", name);
            }

            json.WriteString("category", logEntry.Category);
            json.WriteString("message", logEntry.Formatter(logEntry.State, logEntry.Exception));
            if (logEntry.State is IReadOnlyList<KeyValuePair<string, object?>> parameters)
            {
                WriteData(json, parameters);
            }

            if (logEntry.Exception is { } exception)
            {
                json.WriteString("exception", exception.ToString());
            }

            WriteContext(json);
            json.WriteEndObject();
        }

        textWriter.WriteLine(Encoding.UTF8.GetString(line.WrittenSpan));
    }

    private static void WriteContext(Utf8JsonWriter json)
    {
        if (Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity)
        {
            json.WriteString("trace_id", activity.TraceId.ToHexString());
            json.WriteString("span_id", activity.SpanId.ToHexString());
        }

        if (CurrentRequest.Id is { } requestId)
        {
            json.WriteString("request_id", requestId);
        }
    }

    private static void WriteData(Utf8JsonWriter json, IReadOnlyList<KeyValuePair<string, object?>> parameters)
    {
        HashSet<string>? names = null;
        foreach (var (name, value) in parameters)
        {
            if (name == Template)
            {
                continue;
            }

            if (names is null)
            {
                names = new(StringComparer.Ordinal);
                json.WriteStartObject("data");
            }

            // A template may name a parameter twice, but a JSON object must not.
            var member = JsonNamingPolicy.SnakeCaseLower.ConvertName(name);
            if (names.Add(member))
            {
                json.WritePropertyName(member);
                WriteValue(json, value);
            }
        }

        if (names is not null)
        {
            json.WriteEndObject();
        }
    }

    private static void WriteValue(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case bool flag:
                json.WriteBooleanValue(flag);
                break;
            case byte or sbyte or short or ushort or int or uint or long:
                json.WriteNumberValue(Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
            case ulong number:
                json.WriteNumberValue(number);
                break;
            case decimal number:
                json.WriteNumberValue(number);
                break;
            case float or double when Convert.ToDouble(value, CultureInfo.InvariantCulture) is var number && double.IsFinite(number):
                json.WriteNumberValue(number);
                break;
            case DateTimeOffset time:
                json.WriteStringValue(Text(time));
                break;
            case DateTime time:
                json.WriteStringValue(time);
                break;
            case IEnumerable values and not string:
                json.WriteStartArray();
                foreach (var element in values)
                {
                    WriteValue(json, element);
                }

                json.WriteEndArray();
                break;
            default:
                json.WriteStringValue(Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
        }
    }

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    private static string Level(LogLevel level) => level switch
    {
        LogLevel.Information => "info",
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Warning => "warning",
        LogLevel.Error => "error",
        _ => "critical",
    };
}
