using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>
/// Reads integers in any JSON notation: <c>30.0</c> and <c>3e1</c> are integers (JSON Schema, section 6.1.1), and <c>30.5</c> isn't.
/// </summary>
internal sealed class StrictIntegerConverter : JsonConverter<int>
{
    /// <summary>The maximum number of characters that any notation of a 32-bit integer needs.</summary>
    private const int MaxTextLength = 64;

    public override int Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.Number)
        {
            throw new JsonException();
        }

        if (reader.TryGetInt32(out var number))
        {
            return number;
        }

        var text = reader.HasValueSequence ? reader.ValueSequence.ToArray() : reader.ValueSpan;
        return TryRead(Encoding.ASCII.GetString(text), out number) ? number : throw new JsonException();
    }

    public override void Write(Utf8JsonWriter writer, int value, JsonSerializerOptions options) => writer.WriteNumberValue(value);

    /// <summary>Reads a JSON number. It reads the digits as text, because a floating-point or decimal number would round fractions away.</summary>
    public static bool TryRead(string text, out int number)
    {
        number = 0;
        if (text.Length > MaxTextLength)
        {
            return false;
        }

        var parts = text.Split('e', 'E');
        var mantissa = parts[0].TrimStart('-').Split('.');
        var fraction = mantissa.Length > 1 ? mantissa[1].TrimEnd('0') : "";
        var digits = (mantissa[0] + fraction).TrimStart('0');
        if (digits.Length == 0)
        {
            return true;
        }

        if (!int.TryParse(parts.Length > 1 ? parts[1] : "0", NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var exponent)
            || Math.Abs((long)exponent) > MaxTextLength)
        {
            return false;
        }

        // The exponent that remains when the decimal point is moved behind the last nonzero digit.
        var significant = digits.TrimEnd('0');
        var zeros = exponent - fraction.Length + digits.Length - significant.Length;
        return zeros >= 0 && significant.Length + zeros <= 10
            && int.TryParse(
                (text[0] == '-' ? "-" : "") + significant + new string('0', zeros), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);
    }
}
