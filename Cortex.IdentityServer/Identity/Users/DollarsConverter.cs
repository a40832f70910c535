using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cortex.IdentityServer.Identity.Users;

/// <summary>Reads an amount of dollars from a number or a string without rounding it.</summary>
internal sealed class DollarsConverter : JsonConverter<decimal?>
{
    /// <summary>The maximum number of characters; a decimal represents 28 digits exactly.</summary>
    private const int MaxLength = 28;

    private const NumberStyles Format = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    public override decimal? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var value = JsonDocument.ParseValue(ref reader);
        var text = value.RootElement.ValueKind switch
        {
            JsonValueKind.Number => value.RootElement.GetRawText(),
            JsonValueKind.String => value.RootElement.GetString()!,
            _ => throw new JsonException(),
        };

        // A number that is too small for a decimal would become 0.
        return text.Length <= MaxLength && decimal.TryParse(text, Format, CultureInfo.InvariantCulture, out var dollars)
            && (dollars != 0 || !text.Split('e', 'E')[0].AsSpan().ContainsAnyInRange('1', '9'))
            ? dollars
            : throw new JsonException();
    }

    public override void Write(Utf8JsonWriter writer, decimal? value, JsonSerializerOptions options)
    {
        if (value is { } dollars)
        {
            writer.WriteNumberValue(dollars);
        }
        else
        {
            writer.WriteNullValue();
        }
    }
}
