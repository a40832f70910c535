using Cortex.IdentityServer.Identity.TwoFactor;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.TwoFactor;

public sealed class TwoFactorTokenTests
{
    [Fact]
    public void Python_writes_the_same_text() =>
        Assert.Equal(PythonHashes.TwoFactorTokenText, new TwoFactorToken(PythonHashes.Id).ToText(PythonHashes.Ring));

    [Fact]
    public void Writing_and_reading_round_trip()
    {
        var token = new TwoFactorToken(Guid.NewGuid());

        Assert.True(TwoFactorToken.TryParse(token.ToText(PythonHashes.Ring), PythonHashes.Ring, out var read));
        Assert.Equal(token, read);
    }

    [Fact]
    public void Any_changed_character_is_found()
    {
        var text = new TwoFactorToken(PythonHashes.Id).ToText(PythonHashes.Ring);
        for (var place = 0; place < text.Length; place++)
        {
            var other = text[place] == 'A' ? 'B' : 'A';
            Assert.False(TwoFactorToken.TryParse(text[..place] + other + text[(place + 1)..], PythonHashes.Ring, out var token));
            Assert.Equal(default, token);
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("c2f_")]
    [InlineData("c2f_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void Garbage_is_refused(string? text) =>
        Assert.False(TwoFactorToken.TryParse(text, PythonHashes.Ring, out _));
}
