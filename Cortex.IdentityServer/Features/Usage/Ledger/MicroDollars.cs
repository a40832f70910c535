namespace Cortex.IdentityServer.Features.Usage.Ledger;

/// <summary>
/// Amounts in millionths of a US dollar, the unit of the stored sums, which is also the resolution of <c>usage_logs.cost_usd</c> (<c>decimal(10,6)</c>).
/// </summary>
internal static class MicroDollars
{
    /// <summary>The number of micro-dollars in a dollar.</summary>
    public const long PerDollar = 1_000_000;

    /// <summary>The largest amount that the column stores, 9,999.999999 dollars; the smallest is its negative.</summary>
    public const long Max = 9_999_999_999;

    /// <summary>The maximum number of digits, those of <see cref="Max"/>.</summary>
    private const int MaxDigits = 10;

    private const int Decimals = 6;

    /// <summary>Larger exponents are treated like this one. It is beyond what the digits of any text could compensate for.</summary>
    private const long MaxExponent = 1_000_000_000;

    /// <summary>Reads an amount of dollars exactly: nothing is rounded, and no floating-point number is involved.</summary>
    /// <param name="text">
    /// A number in the notation of JSON, with a fraction and an exponent if desired: <c>-0.5</c>, <c>1.250000000</c> and <c>25e-3</c>, but not <c>+1</c>,
    /// <c>.5</c> or <c>NaN</c>.
    /// </param>
    /// <param name="micros">The amount in micro-dollars, between plus and minus <see cref="Max"/>; 0 if the text isn't accepted.</param>
    /// <returns>False if the text isn't such a number, is out of range, or is no whole number of micro-dollars.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out long micros)
    {
        micros = 0;
        var isNegative = text.StartsWith('-');
        var rest = isNegative ? text[1..] : text;
        var whole = LeadingDigits(rest);
        if (whole.Length == 0 || (whole.Length > 1 && whole[0] == '0'))
        {
            return false;
        }

        rest = rest[whole.Length..];
        ReadOnlySpan<char> fraction = [];
        if (rest.StartsWith('.'))
        {
            fraction = LeadingDigits(rest[1..]);
            if (fraction.Length == 0)
            {
                return false;
            }

            rest = rest[(1 + fraction.Length)..];
        }

        if (!TryParseExponent(rest, out var exponent) || !TryScale(whole, fraction, exponent, out var amount))
        {
            return false;
        }

        micros = isNegative ? -amount : amount;
        return true;
    }

    /// <summary>Returns an amount in dollars, without trailing zeros.</summary>
    public static decimal ToDecimal(long micros) => micros / (decimal)PerDollar;

    private static ReadOnlySpan<char> LeadingDigits(ReadOnlySpan<char> text)
    {
        var end = text.IndexOfAnyExceptInRange('0', '9');
        return end < 0 ? text : text[..end];
    }

    /// <summary>Parses <c>e</c>, an optional sign, and digits. Empty text is the exponent 0.</summary>
    private static bool TryParseExponent(ReadOnlySpan<char> text, out long exponent)
    {
        exponent = 0;
        if (text.Length == 0)
        {
            return true;
        }

        var digits = text.Length > 1 && text[1] is ('-' or '+') ? text[2..] : text[1..];
        if (text[0] is not ('e' or 'E') || digits.Length == 0 || LeadingDigits(digits).Length < digits.Length)
        {
            return false;
        }

        foreach (var digit in digits)
        {
            exponent = Math.Min((exponent * 10) + (digit - '0'), MaxExponent);
        }

        exponent = text[1] == '-' ? -exponent : exponent;
        return true;
    }

    /// <summary>Converts the digits of a number to micro-dollars, if it is a whole number of them and not more than <see cref="Max"/>.</summary>
    private static bool TryScale(ReadOnlySpan<char> whole, ReadOnlySpan<char> fraction, long exponent, out long micros)
    {
        micros = 0;

        // Zeros are held back until another digit follows, so that neither leading nor trailing zeros count as digits.
        var (digits, zeros) = (0, 0L);
        for (var i = 0; i < whole.Length + fraction.Length; i++)
        {
            var digit = i < whole.Length ? whole[i] : fraction[i - whole.Length];
            if (digit == '0')
            {
                zeros += digits > 0 ? 1 : 0;
                continue;
            }

            if (digits + zeros + 1 > MaxDigits)
            {
                return false;
            }

            micros = (micros * PowerOfTen(zeros + 1)) + (digit - '0');
            digits += (int)zeros + 1;
            zeros = 0;
        }

        var shift = zeros - fraction.Length + exponent + Decimals;
        if (digits == 0)
        {
            return true;
        }

        if (shift < 0 || digits + shift > MaxDigits)
        {
            return false;
        }

        micros *= PowerOfTen(shift);
        return true;
    }

    private static long PowerOfTen(long exponent)
    {
        var power = 1L;
        for (; exponent > 0; exponent--)
        {
            power *= 10;
        }

        return power;
    }
}
