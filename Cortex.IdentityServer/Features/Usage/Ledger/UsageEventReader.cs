using System.Text.Json;
using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Usage.Ledger;

/// <summary>Reads usage events from JSON, and collects an error for each invalid field of each event.</summary>
/// <param name="now">The time of the request.</param>
/// <param name="lateLimit">How old an event may be.</param>
internal sealed class UsageEventReader(DateTimeOffset now, TimeSpan lateLimit)
{
    public const int MaxEvents = 1_000;
    public const int MinStatus = 100;
    public const int MaxStatus = 599;
    public const int MaxErrorMessageLength = 10_000;

    /// <summary>The maximum number of errors in a response; a client with a wrong format makes the same ones in each event.</summary>
    private const int MaxErrors = 100;

    private const int MaxFieldNameLength = 64;

    private static readonly TimeSpan MaxAhead = TimeSpan.FromMinutes(5);

    private readonly Dictionary<string, string[]> _errors = [];
    private bool _hasUnknownField;

    /// <summary>The refusal that names the invalid fields, such as <c>[3].cost_usd</c>; null if all events are valid.</summary>
    public Refusal? Refusal =>
        _errors.Count == 0 ? null
        : _hasUnknownField ? Problems.UnknownField with { Detail = "An event has a field that this route doesn't accept. See errors.", Errors = _errors }
        : Refusal.Invalid(_errors);

    /// <summary>Reads one event or an array of events. They are complete only if there is no <see cref="Refusal"/>.</summary>
    public List<UsageEvent> Read(JsonElement body)
    {
        if (body.ValueKind != JsonValueKind.Array)
        {
            return [ReadEvent(body, "")];
        }

        if (body.GetArrayLength() is 0 or > MaxEvents)
        {
            AddError("events", $"must be one event, or an array of 1 to {MaxEvents:N0} events");
            return [];
        }

        var events = new List<UsageEvent>(body.GetArrayLength());
        foreach (var item in body.EnumerateArray())
        {
            events.Add(ReadEvent(item, $"[{events.Count}]"));
        }

        return events;
    }

    public void AddError(string field, string message)
    {
        if (_errors.Count < MaxErrors)
        {
            _errors[field] = [message];
        }
    }

    /// <summary>The name of an event's field in errors.</summary>
    public static string NameOf(string item, string field) => item.Length == 0 ? field : $"{item}.{field}";

    private UsageEvent ReadEvent(JsonElement item, string name)
    {
        var fields = new Fields();
        if (item.ValueKind != JsonValueKind.Object)
        {
            AddError(name.Length == 0 ? "events" : name, "must be an object");
            return fields.ToEvent(now);
        }

        foreach (var property in item.EnumerateObject())
        {
            ReadField(property, fields, name);
        }

        if (fields.Endpoint is null && !_errors.ContainsKey(NameOf(name, "endpoint")))
        {
            AddError(NameOf(name, "endpoint"), "is required");
        }

        return fields.ToEvent(now);
    }

    private void ReadField(JsonProperty property, Fields fields, string item)
    {
        var value = property.Value;
        var error = property.Name switch
        {
            _ when value.ValueKind == JsonValueKind.Null && Fields.Known.Contains(property.Name) => null,
            "id" => ReadId(value, out fields.Id),
            "api_key_id" => ReadId(value, out fields.ApiKeyId),
            "endpoint" => ReadName(value, UsageEvent.MaxEndpointLength, out fields.Endpoint),
            "provider" => ReadName(value, UsageEvent.MaxProviderLength, out fields.Provider),
            "error_message" => ReadMessage(value, out fields.ErrorMessage),
            "tokens_used" => ReadNumber(value, 0, int.MaxValue, out fields.TokensUsed),
            "response_time_ms" => ReadNumber(value, 0, int.MaxValue, out fields.ResponseTimeMs),
            "status_code" => ReadNumber(value, MinStatus, MaxStatus, out fields.StatusCode),
            "cost_usd" => ReadCost(value, out fields.CostMicros),
            "created_at" => ReadTime(value, out fields.CreatedAt),
            _ => UnknownField(),
        };
        if (error is not null)
        {
            AddError(NameOf(item, PrintableText.Of(property.Name, MaxFieldNameLength)), error);
        }
    }

    private string UnknownField()
    {
        _hasUnknownField = true;
        return "isn't a field of a usage event";
    }

    private static string? ReadId(JsonElement value, out Guid? id)
    {
        id = Guid.TryParseExact(ReadText(value), "D", out var read) && read != Guid.Empty ? read : null;
        return id is null ? "must be a UUID such as 0199f0f0-5b1e-7c3a-9d64-2f1f3f1c8a01" : null;
    }

    private static string? ReadName(JsonElement value, int maxLength, out string? name)
    {
        name = ReadText(value);
        return string.IsNullOrWhiteSpace(name) || name.Any(char.IsControl) || Length(name) > maxLength
            ? $"must be text of 1 to {maxLength} characters without control characters"
            : null;
    }

    private static string? ReadMessage(JsonElement value, out string? message)
    {
        message = ReadText(value);
        return message is null || message.Contains('\0') || Length(message) > MaxErrorMessageLength
            ? $"must be text of at most {MaxErrorMessageLength:N0} characters without NUL"
            : null;
    }

    private static string? ReadNumber(JsonElement value, int min, int max, out int? number)
    {
        number = value.ValueKind == JsonValueKind.Number && StrictIntegerConverter.TryRead(value.GetRawText(), out var read) && read >= min && read <= max
            ? read
            : null;
        return number is null ? $"must be a whole number from {min} to {max}" : null;
    }

    private static string? ReadCost(JsonElement value, out long micros)
    {
        micros = 0;
        var text = value.ValueKind switch
        {
            JsonValueKind.Number => value.GetRawText(),
            JsonValueKind.String => ReadText(value),
            _ => null,
        };
        return text is null || !MicroDollars.TryParse(text, out micros) || micros < 0
            ? "must be a number or string from 0 to 9999.999999 with at most six decimals"
            : null;
    }

    private string? ReadTime(JsonElement value, out DateTimeOffset? time)
    {
        time = null;
        if (ReadText(value) is null || !value.TryGetDateTime(out var local) || local.Kind == DateTimeKind.Unspecified
            || !value.TryGetDateTimeOffset(out var read))
        {
            return "must be a time with Z or an offset, such as 2026-11-26T12:00:00Z";
        }

        // An id contains the time since 1970.
        if (read < now - lateLimit || read > now + MaxAhead || read < DateTimeOffset.UnixEpoch)
        {
            return $"must be at most {lateLimit.TotalDays:0} days ago and at most {MaxAhead.TotalMinutes:0} minutes ahead";
        }

        time = read.ToUniversalTime();
        return null;
    }

    /// <summary>Returns null for anything but a string, and for a string with half of a surrogate pair, which no encoding can represent.</summary>
    private static string? ReadText(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Counts characters as PostgreSQL does.</summary>
    private static int Length(string text) => text.EnumerateRunes().Count();

    /// <summary>The fields of an event while they are read.</summary>
    private sealed class Fields
    {
        public static readonly string[] Known =
        [
            "id", "api_key_id", "endpoint", "provider", "error_message", "tokens_used", "response_time_ms", "status_code", "cost_usd", "created_at",
        ];

        public Guid? Id;
        public Guid? ApiKeyId;
        public string? Endpoint;
        public string? Provider;
        public string? ErrorMessage;
        public int? TokensUsed;
        public int? ResponseTimeMs;
        public int? StatusCode;
        public long CostMicros;
        public DateTimeOffset? CreatedAt;

        public UsageEvent ToEvent(DateTimeOffset now)
        {
            var time = CreatedAt ?? now;
            return new()
            {
                Id = Id ?? Guid.CreateVersion7(time),
                ApiKeyId = ApiKeyId,
                Endpoint = Endpoint ?? "",
                TokensUsed = TokensUsed ?? 0,
                CostMicros = CostMicros,
                Provider = Provider,
                ResponseTimeMs = ResponseTimeMs,
                StatusCode = StatusCode,
                ErrorMessage = ErrorMessage,
                CreatedAt = time,
            };
        }
    }
}
