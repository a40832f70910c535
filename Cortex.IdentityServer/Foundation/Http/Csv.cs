using System.Globalization;
using System.Text;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Writes comma-separated values (RFC 4180) that are safe to open in a spreadsheet.</summary>
/// <remarks>
/// Spreadsheets run text that begins like a formula, whoever wrote it (CWE-1236). Such text gets an apostrophe in front of it. Numbers can't contain a formula,
/// so negative ones stay as they are.
/// </remarks>
internal sealed class Csv
{
    public const string MediaType = "text/csv";
    public const string ContentType = "text/csv; charset=utf-8";

    private const string EndOfRow = "\r\n";

    /// <summary>What a formula can begin with. The full-width characters are converted to ASCII by some input methods and spreadsheets.</summary>
    private const string FormulaStarts = "=+-@\uff1d\uff0b\uff0d\uff20";

    private readonly StringBuilder _text = new();
    private bool _isInRow;

    public Csv Header(IEnumerable<string> names)
    {
        foreach (var name in names)
        {
            Text(name);
        }

        return EndRow();
    }

    /// <summary>Adds a cell with text that may come from anybody.</summary>
    public Csv Text(string? value)
    {
        var text = value ?? "";
        return Cell(IsRisky(text) ? "'" + text : text);
    }

    public Csv Number(long? value) => Cell(value?.ToString(CultureInfo.InvariantCulture) ?? "");

    public Csv Number(decimal? value) => Cell(value?.ToString(CultureInfo.InvariantCulture) ?? "");

    /// <summary>Adds a cell with a time, in the format of JSON.</summary>
    public Csv Time(DateTimeOffset? value) =>
        Cell(value?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture) ?? "");

    public Csv EndRow()
    {
        _text.Append(EndOfRow);
        _isInRow = false;
        return this;
    }

    public override string ToString() => _text.ToString();

    /// <summary>Programs that import the file may trim white space and invisible characters before the text.</summary>
    private static bool IsRisky(string text)
    {
        var start = 0;
        while (start < text.Length && IsInvisible(text[start]))
        {
            start++;
        }

        return (start < text.Length && FormulaStarts.Contains(text[start], StringComparison.Ordinal)) || text is ['\t' or '\r' or '\n', ..];
    }

    private static bool IsInvisible(char letter) =>
        char.IsWhiteSpace(letter) || char.IsControl(letter) || char.GetUnicodeCategory(letter) == UnicodeCategory.Format;

    private Csv Cell(string text)
    {
        if (_isInRow)
        {
            _text.Append(',');
        }

        _isInRow = true;
        if (text.AsSpan().IndexOfAny(",\"\r\n") < 0)
        {
            _text.Append(text);
        }
        else
        {
            _text.Append('"').Append(text.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
        }

        return this;
    }
}
