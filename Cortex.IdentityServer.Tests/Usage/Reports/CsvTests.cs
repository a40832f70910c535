using System.Globalization;
using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Tests.Usage.Reports;

/// <summary>CSV follows RFC 4180, and a spreadsheet that opens it runs nothing (OWASP, CSV injection).</summary>
public sealed class CsvTests
{
    [Theory]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("+1", "'+1")]
    [InlineData("-2+3", "'-2+3")]
    [InlineData("@SUM(1)", "'@SUM(1)")]
    [InlineData("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0")]
    [InlineData("\t=1", "'\t=1")]
    [InlineData("\ttext", "'\ttext")]
    [InlineData("\r=1", "\"'\r=1\"")]
    [InlineData("\n=1", "\"'\n=1\"")]
    [InlineData(" =1", "' =1")]
    [InlineData("\u00a0=1", "'\u00a0=1")]
    [InlineData("\ufeff=1", "'\ufeff=1")]
    [InlineData("\u200b=1", "'\u200b=1")]
    [InlineData("\uff1d1", "'\uff1d1")]
    [InlineData("\uff0b1", "'\uff0b1")]
    [InlineData("\uff0d1", "'\uff0d1")]
    [InlineData("\uff20a", "'\uff20a")]
    [InlineData("=1,\"2\"", "\"'=1,\"\"2\"\"\"")]
    [InlineData("a=1", "a=1")]
    [InlineData("/v1/a-b", "/v1/a-b")]
    [InlineData("ada@example.com", "ada@example.com")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("say \"hi\"", "\"say \"\"hi\"\"\"")]
    [InlineData("a\r\nb", "\"a\r\nb\"")]
    [InlineData("", "")]
    [InlineData(null, "")]
    [InlineData("日本語 ü", "日本語 ü")]
    public void Text_is_quoted_and_formulas_are_defused(string? text, string cell) => Assert.Equal(cell + "\r\n", new Csv().Text(text).EndRow().ToString());

    [Theory]
    [InlineData("-0.5")]
    [InlineData("-9999.999999")]
    [InlineData("0.000001")]
    [InlineData("12")]
    public void Numbers_stay_numbers(string number) => Assert.Equal(
        $"{number},-7,\r\n",
        new Csv().Number(decimal.Parse(number, CultureInfo.InvariantCulture)).Number(-7L).Number((long?)null).EndRow().ToString());

    [Fact]
    public void Rows_have_a_header_and_end_with_CRLF() => Assert.Equal(
        "a,b\r\n1,2026-11-24T12:00:00.25Z\r\n,x\r\n",
        new Csv().Header(["a", "b"]).Number(1L).Time(new DateTimeOffset(2026, 11, 24, 13, 0, 0, 250, TimeSpan.FromHours(1))).EndRow()
            .Text(null).Text("x").EndRow().ToString());
}
