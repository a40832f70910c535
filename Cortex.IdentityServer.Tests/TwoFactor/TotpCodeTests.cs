using Cortex.IdentityServer.Identity.TwoFactor;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.TwoFactor;

public sealed class TotpCodeTests
{
    /// <summary>The secret of the examples in RFC 4226 and RFC 6238.</summary>
    private static readonly byte[] Secret = [.. "12345678901234567890"u8];

    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_700_000_010);
    private static readonly long Step = TotpCode.StepAt(Now);

    [Theory]
    [InlineData(0, "755224")]
    [InlineData(1, "287082")]
    [InlineData(2, "359152")]
    [InlineData(3, "969429")]
    [InlineData(4, "338314")]
    [InlineData(5, "254676")]
    [InlineData(6, "287922")]
    [InlineData(7, "162583")]
    [InlineData(8, "399871")]
    [InlineData(9, "520489")]
    public void RFC_4226_appendix_D(long step, string code) => Assert.Equal(code, TotpCode.Compute(Secret, step));

    [Theory]
    [InlineData(59, "94287082")]
    [InlineData(1111111109, "07081804")]
    [InlineData(1111111111, "14050471")]
    [InlineData(1234567890, "89005924")]
    [InlineData(2000000000, "69279037")]
    [InlineData(20000000000, "65353130")]
    public void RFC_6238_appendix_B_with_the_last_six_digits(long seconds, string eightDigits) =>
        Assert.Equal(eightDigits[2..], TotpCode.Compute(Secret, TotpCode.StepAt(DateTimeOffset.FromUnixTimeSeconds(seconds))));

    [Theory]
    [InlineData(0, PythonHashes.PyotpCodeAt0)]
    [InlineData(1700000000, PythonHashes.PyotpCodeAt1700000000)]
    [InlineData(4000000000, PythonHashes.PyotpCodeAt4000000000)]
    public void Pyotp_computes_the_same_codes(long seconds, string code)
    {
        Assert.True(Base32.TryDecode(PythonHashes.PyotpSecret, out var secret));
        Assert.Equal(code, TotpCode.Compute(secret, TotpCode.StepAt(DateTimeOffset.FromUnixTimeSeconds(seconds))));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(29, 0)]
    [InlineData(30, 1)]
    [InlineData(1_700_000_009, 56_666_666)]
    [InlineData(1_700_000_010, 56_666_667)]
    public void A_step_is_30_seconds(long seconds, long step) =>
        Assert.Equal(step, TotpCode.StepAt(DateTimeOffset.FromUnixTimeSeconds(seconds)));

    [Theory]
    [InlineData(-2, false)]
    [InlineData(-1, true)]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public void One_step_of_drift_is_accepted(int drift, bool accepted) =>
        Assert.Equal(accepted ? Step + drift : null, TotpCode.MatchingStep(Secret, TotpCode.Compute(Secret, Step + drift), Now, 0));

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(1)]
    public void No_step_is_accepted_at_or_before_the_last_one(int drift)
    {
        var code = TotpCode.Compute(Secret, Step + drift);

        Assert.Equal(Step + drift, TotpCode.MatchingStep(Secret, code, Now, Step + drift - 1));
        Assert.Null(TotpCode.MatchingStep(Secret, code, Now, Step + drift));
        Assert.Null(TotpCode.MatchingStep(Secret, code, Now, Step + drift + 1));
    }

    [Fact]
    public void If_two_codes_are_equal_the_later_step_is_taken()
    {
        // pyotp.HOTP("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ").at(910737) == ….at(910738) == "911617"
        var now = DateTimeOffset.FromUnixTimeSeconds(910_737 * 30);

        Assert.Equal("911617", TotpCode.Compute(Secret, 910_737));
        Assert.Equal(910_738, TotpCode.MatchingStep(Secret, "911617", now, 0));
    }

    [Fact]
    public void Other_spellings_of_a_correct_code_do_not_match()
    {
        var code = TotpCode.Compute(Secret, Step);

        Assert.All(
            ["", code[1..], code + "\0", " " + code, code + " ", new string('1', 60_000), string.Concat(code.Select(digit => (char)(digit + '０' - '0')))],
            spelling => Assert.Null(TotpCode.MatchingStep(Secret, spelling, Now, 0)));
    }

    [Fact]
    public void A_secret_has_160_bits_and_is_unique()
    {
        var secrets = Enumerable.Range(0, 1000).Select(_ => Base32.Encode(TotpCode.NewSecret())).ToHashSet();

        Assert.Equal(1000, secrets.Count);
        Assert.All(secrets, secret => Assert.Equal(32, secret.Length));
    }

    [Fact]
    public void The_uri_is_pyotps_with_the_parameters_written_out() =>
        Assert.Equal(
            PythonHashes.PyotpUri + "&algorithm=SHA1&digits=6&period=30",
            TotpCode.OtpAuthUri("Cortex Memory", "alice+test@example.com", PythonHashes.PyotpSecret));

    [Fact]
    public void Special_characters_in_names_are_escaped() =>
        Assert.StartsWith(
            "otpauth://totp/A%3AB%26C:a%3Fsecret%3Dx%23%2F%25@".Replace("@", "%40", StringComparison.Ordinal) + "?secret=",
            TotpCode.OtpAuthUri("A:B&C", "a?secret=x#/%@", PythonHashes.PyotpSecret),
            StringComparison.Ordinal);
}
