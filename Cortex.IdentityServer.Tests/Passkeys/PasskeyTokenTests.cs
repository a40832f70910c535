using Cortex.IdentityServer.Identity.Passkeys;
using Cortex.IdentityServer.Identity.TwoFactor;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Passkeys;

public sealed class PasskeyTokenTests
{
    [Fact]
    public void Writing_and_reading_round_trip()
    {
        var token = new PasskeyToken(Guid.NewGuid());
        var text = token.ToText(PythonHashes.Ring);

        Assert.Matches(@"\Acpk_[A-Za-z0-9_-]{64}\z", text);
        Assert.True(PasskeyToken.TryParse(text, PythonHashes.Ring, out var read));
        Assert.Equal(token, read);
    }

    [Fact]
    public void Any_changed_character_is_found()
    {
        var text = new PasskeyToken(PythonHashes.Id).ToText(PythonHashes.Ring);
        for (var place = 0; place < text.Length; place++)
        {
            var other = text[place] == 'A' ? 'B' : 'A';
            Assert.False(PasskeyToken.TryParse(text[..place] + other + text[(place + 1)..], PythonHashes.Ring, out var token));
            Assert.Equal(default, token);
        }
    }

    [Fact]
    public void Another_kind_of_token_is_refused_even_under_the_same_key() =>
        Assert.False(PasskeyToken.TryParse("cpk_" + new TwoFactorToken(PythonHashes.Id).ToText(PythonHashes.Ring)[4..], PythonHashes.Ring, out _));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("cpk_")]
    [InlineData("cpk_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void Garbage_is_refused(string? text) =>
        Assert.False(PasskeyToken.TryParse(text, PythonHashes.Ring, out _));
}
