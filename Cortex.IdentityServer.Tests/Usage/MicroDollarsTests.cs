using Cortex.IdentityServer.Features.Usage.Ledger;

namespace Cortex.IdentityServer.Tests.Usage;

/// <summary>Amounts of money are read exactly or not at all.</summary>
public sealed class MicroDollarsTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("-0", 0)]
    [InlineData("0.000000", 0)]
    [InlineData("0.0000000000000000000000", 0)]
    [InlineData("0e999999999999999999999", 0)]
    [InlineData("0e-999999999999999999999", 0)]
    [InlineData("0.0E+5", 0)]
    [InlineData("1", 1_000_000)]
    [InlineData("-1", -1_000_000)]
    [InlineData("10", 10_000_000)]
    [InlineData("1000", 1_000_000_000)]
    [InlineData("1.5", 1_500_000)]
    [InlineData("-0.5", -500_000)]
    [InlineData("0.1", 100_000)]
    [InlineData("0.000001", 1)]
    [InlineData("-0.000001", -1)]
    [InlineData("0.0000010", 1)]
    [InlineData("0.00000100000000000000000000000000000000", 1)]
    [InlineData("1.250000000", 1_250_000)]
    [InlineData("100.001", 100_001_000)]
    [InlineData("9999.999999", 9_999_999_999)]
    [InlineData("-9999.999999", -9_999_999_999)]
    [InlineData("9999.9999990", 9_999_999_999)]
    [InlineData("1e0", 1_000_000)]
    [InlineData("1e3", 1_000_000_000)]
    [InlineData("1E+3", 1_000_000_000)]
    [InlineData("1e003", 1_000_000_000)]
    [InlineData("25e-3", 25_000)]
    [InlineData("1e-6", 1)]
    [InlineData("1000000e-6", 1_000_000)]
    [InlineData("1000000e-12", 1)]
    [InlineData("9999999999e-6", 9_999_999_999)]
    [InlineData("99999999990e-7", 9_999_999_999)]
    [InlineData("0.00000000000001e14", 1_000_000)]
    [InlineData("0.0123e2", 1_230_000)]
    [InlineData("100.5e1", 1_005_000_000)]
    [InlineData("10e-7", 1)]
    public void An_amount_is_read_exactly(string text, long micros)
    {
        Assert.True(MicroDollars.TryParse(text, out var read));
        Assert.Equal(micros, read);
    }

    [Theory]
    [InlineData("0.0000001")]
    [InlineData("0.1234567")]
    [InlineData("1.0000001")]
    [InlineData("1e-7")]
    [InlineData("15e-7")]
    [InlineData("1e-999999999999999999999")]
    [InlineData("9999.9999991")]
    public void An_amount_with_more_than_six_decimals_isnt_rounded(string text) => AssertRefused(text);

    [Theory]
    [InlineData("10000")]
    [InlineData("-10000")]
    [InlineData("9999.9999999")]
    [InlineData("10000.000000")]
    [InlineData("1e4")]
    [InlineData("1e999999999999999999999")]
    [InlineData("92233720368547758070")]
    [InlineData("18446744073709551617")]
    [InlineData("0.00001e9")]
    public void An_amount_that_the_ledger_cant_store_is_refused(string text) => AssertRefused(text);

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("+1")]
    [InlineData("--1")]
    [InlineData("01")]
    [InlineData("00")]
    [InlineData("-01")]
    [InlineData(".5")]
    [InlineData("1.")]
    [InlineData("1.e3")]
    [InlineData("1e")]
    [InlineData("1e+")]
    [InlineData("1e1.5")]
    [InlineData("e3")]
    [InlineData("1_000")]
    [InlineData("1,5")]
    [InlineData("1 ")]
    [InlineData(" 1")]
    [InlineData("1\n")]
    [InlineData("1\0")]
    [InlineData("$1")]
    [InlineData("0x10")]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("1.5.5")]
    [InlineData("١")]
    [InlineData("\uff11")]
    [InlineData("−1")]
    public void Text_that_isnt_a_JSON_number_is_refused(string text) => AssertRefused(text);

    [Fact]
    public void Very_long_notations_are_read_too()
    {
        Assert.True(MicroDollars.TryParse("1" + new string('0', 100_000) + "e-100000", out var one));
        Assert.Equal(MicroDollars.PerDollar, one);
        Assert.True(MicroDollars.TryParse("0." + new string('0', 100_000) + "1e100001", out var another));
        Assert.Equal(MicroDollars.PerDollar, another);
        AssertRefused("1" + new string('0', 100_000));
        AssertRefused("0." + new string('0', 100_000) + "1");
    }

    [Theory]
    [InlineData(0, "0")]
    [InlineData(1, "0.000001")]
    [InlineData(-1_250_000, "-1.25")]
    [InlineData(9_999_999_999, "9999.999999")]
    [InlineData(9_223_372_036_854_775_807, "9223372036854.775807")]
    public void An_amount_is_shown_in_dollars(long micros, string dollars) => Assert.Equal(
        dollars, MicroDollars.ToDecimal(micros).ToString(System.Globalization.CultureInfo.InvariantCulture));

    private static void AssertRefused(string text)
    {
        Assert.False(MicroDollars.TryParse(text, out var micros));
        Assert.Equal(0, micros);
    }
}
