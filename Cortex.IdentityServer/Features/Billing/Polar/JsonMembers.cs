using System.Globalization;
using System.Text.Json;

namespace Cortex.IdentityServer.Features.Billing.Polar;

/// <summary>Reads members of Polar's JSON. A member that is missing, null, or of another type is null.</summary>
internal static class JsonMembers
{
    public static string? Text(this JsonElement json, string name) => json.Member(name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    public static JsonElement? Object(this JsonElement json, string name) => json.Member(name) is { ValueKind: JsonValueKind.Object } found ? found : null;

    public static IReadOnlyList<JsonElement>? Items(this JsonElement json, string name) =>
        json.Member(name) is { ValueKind: JsonValueKind.Array } list ? [.. list.EnumerateArray()] : null;

    /// <summary>Reads a number, or a text that is one.</summary>
    public static decimal? Number(this JsonElement json, string name) => json.Member(name) switch
    {
        { ValueKind: JsonValueKind.Number } number when number.TryGetDecimal(out var value) => value,
        { ValueKind: JsonValueKind.String } text when decimal.TryParse(
            text.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) => value,
        _ => null,
    };

    public static long? Whole(this JsonElement json, string name) =>
        json.Member(name) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out var value) ? value : null;

    public static DateTimeOffset? Time(this JsonElement json, string name) =>
        json.Member(name) is { ValueKind: JsonValueKind.String } text && text.TryGetDateTimeOffset(out var time) ? time : null;

    /// <summary>Reads an address that a browser can be sent to. Polar's own are <c>https</c>; a stand-in for Polar may use <c>http</c>.</summary>
    public static Uri? WebUrl(this JsonElement json, string name) =>
        Uri.TryCreate(json.Text(name), UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttps || url.Scheme == Uri.UriSchemeHttp) ? url : null;

    private static JsonElement? Member(this JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var member) ? member : null;
}
