using System.Security.Cryptography;
using Cortex.IdentityServer.Identity.TwoFactor;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.TwoFactor;

public sealed class Base32Tests
{
    [Theory]
    [InlineData("66", "MY")]
    [InlineData("666F", "MZXQ")]
    [InlineData("666F6F", "MZXW6")]
    [InlineData("666F6F62", "MZXW6YQ")]
    [InlineData("666F6F6261", "MZXW6YTB")]
    [InlineData("666F6F626172", "MZXW6YTBOI")]
    [InlineData(PythonHashes.PyotpSecretBytes, PythonHashes.PyotpSecret)]
    public void RFC_4648_section_10_and_pyotp(string hex, string text)
    {
        Assert.Equal(text, Base32.Encode(Convert.FromHexString(hex)));
        Assert.True(Base32.TryDecode(text, out var bytes));
        Assert.Equal(hex, Convert.ToHexString(bytes), ignoreCase: true);
    }

    [Theory]
    [InlineData("mzxw6ytboi")]
    [InlineData("MZXW6YTBOI======")]
    [InlineData("MZXW 6YTB OI")]
    [InlineData("mzxw-6ytb-oi")]
    [InlineData(" MZXW6YTBOI ")]
    [InlineData("MZXW6YTBOJ")]
    public void The_spellings_that_pyotp_accepts_are_accepted(string text)
    {
        Assert.True(Base32.TryDecode(text, out var bytes));
        Assert.Equal("foobar"u8.ToArray(), bytes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("========")]
    [InlineData(" - ")]
    [InlineData("M")]
    [InlineData("MZX")]
    [InlineData("MZXW6Y")]
    [InlineData("MZXW6YT0")]
    [InlineData("MZXW6YT1")]
    [InlineData("MZXW6YT8")]
    [InlineData("MZ=W6YTB")]
    [InlineData("MZXW6YT\n")]
    [InlineData("ｍZXW6YTB")]
    [InlineData("ſZXW6YTB")]
    [InlineData("\0\0\0\0\0\0\0\0")]
    [InlineData("enc:v1:AAAA")]
    public void Anything_else_is_refused(string text)
    {
        Assert.False(Base32.TryDecode(text, out var bytes));
        Assert.Empty(bytes);
    }

    [Fact]
    public void Encoding_and_decoding_round_trip()
    {
        for (var length = 1; length < 100; length++)
        {
            var bytes = RandomNumberGenerator.GetBytes(length);
            Assert.True(Base32.TryDecode(Base32.Encode(bytes), out var decoded));
            Assert.Equal(bytes, decoded);
        }
    }

    [Fact]
    public void An_empty_input_is_encoded_as_an_empty_text() => Assert.Equal("", Base32.Encode([]));
}
