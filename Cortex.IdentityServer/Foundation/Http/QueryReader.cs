using System.Globalization;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>
/// Reads query parameters and collects an error for each invalid one. A repeated parameter reads as its values joined by a comma, which no type accepts.
/// </summary>
internal sealed class QueryReader
{
    /// <summary>The maximum number of items on a page.</summary>
    public const int MaxPageSize = 200;

    /// <summary>The number of items on a page if the client doesn't set a limit.</summary>
    public const int DefaultPageSize = 50;

    /// <summary>ISO 8601 formats (RFC 3339). The offset is required, because a time without one is ambiguous.</summary>
    private static readonly string[] TimeFormats =
    [
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz", "yyyy-MM-dd'T'HH:mm'Z'", "yyyy-MM-dd'T'HH:mmzzz",
    ];

    private readonly Dictionary<string, string[]> _errors = [];

    /// <summary>The refusal that lists all errors, or null if every parameter is valid.</summary>
    public Refusal? Refusal => _errors.Count == 0 ? null : Refusal.Invalid(_errors);

    public int ReadLimit(string? text) => ReadNumber("limit", text, 1, MaxPageSize, DefaultPageSize);

    public int ReadNumber(string name, string? text, int min, int max, int defaultValue)
    {
        if (text is null)
        {
            return defaultValue;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max)
        {
            return number;
        }

        AddError(name, $"must be a whole number from {min} to {max}");
        return defaultValue;
    }

    public TimeCursor? ReadCursor(string? text)
    {
        if (text is null)
        {
            return null;
        }

        if (TimeCursor.TryParse(text, out var cursor))
        {
            return cursor;
        }

        AddError("cursor", "must be the next_cursor of the previous page");
        return null;
    }

    public Guid? ReadId(string name, string? text)
    {
        if (text is null)
        {
            return null;
        }

        if (Guid.TryParseExact(text, "D", out var id))
        {
            return id;
        }

        AddError(name, "must be a UUID such as 0199f0f0-5b1e-7c3a-9d64-2f1f3f1c8a01");
        return null;
    }

    public bool? ReadFlag(string name, string? text) => ReadWord(name, text, ["true", "false"]) is { } word ? word == "true" : null;

    public string? ReadWord(string name, string? text, IReadOnlyCollection<string> words)
    {
        if (text is null || words.Contains(text))
        {
            return text;
        }

        AddError(name, $"must be one of {string.Join(", ", words)}");
        return null;
    }

    public DateTimeOffset? ReadTime(string name, string? text)
    {
        if (text is null)
        {
            return null;
        }

        if (DateTimeOffset.TryParseExact(
            text, TimeFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time))
        {
            return time;
        }

        AddError(name, "must be a time with Z or an offset, such as 2026-11-26T12:00:00Z (in a URL, + is written %2B)");
        return null;
    }

    /// <summary>Reads a month, and returns its first day.</summary>
    public DateOnly? ReadMonth(string name, string? text)
    {
        if (text is null)
        {
            return null;
        }

        // The first and last years would leave no room to calculate.
        if (DateOnly.TryParseExact(text, "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.None, out var month) && month.Year is > 1 and < 9999)
        {
            return month;
        }

        AddError(name, "must be a month such as 2026-11");
        return null;
    }

    public void AddError(string name, string message) => _errors[name] = [message];
}
