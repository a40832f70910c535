using Cortex.IdentityServer.Foundation.Secrets;
using Cortex.IdentityServer.Identity.Sessions;
using Cortex.IdentityServer.Identity.TwoFactor;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Sessions;

public sealed class RefreshTokenTests
{
    [Fact]
    public void Python_writes_the_same_text() =>
        Assert.Equal(PythonHashes.RefreshTokenText, new RefreshToken(PythonHashes.Id, 7).ToText(PythonHashes.Ring));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(256)]
    [InlineData(int.MaxValue)]
    public void Writing_and_reading_round_trip(int counter)
    {
        var token = new RefreshToken(Guid.NewGuid(), counter);

        Assert.True(RefreshToken.TryParse(token.ToText(PythonHashes.Ring), PythonHashes.Ring, out var read));
        Assert.Equal(token, read);
    }

    [Fact]
    public void Any_changed_character_is_found()
    {
        var text = new RefreshToken(PythonHashes.Id, 7).ToText(PythonHashes.Ring);
        for (var place = 0; place < text.Length; place++)
        {
            var other = text[place] == 'A' ? 'B' : 'A';
            Assert.False(RefreshToken.TryParse(text[..place] + other + text[(place + 1)..], PythonHashes.Ring, out var token));
            Assert.Equal(default, token);
        }
    }

    [Fact]
    public void A_two_factor_token_is_no_refresh_token_even_under_the_same_key()
    {
        var other = new TwoFactorToken(PythonHashes.Id).ToText(PythonHashes.Ring);

        Assert.False(RefreshToken.TryParse(other, PythonHashes.Ring, out _));
        Assert.False(RefreshToken.TryParse("ctr_" + other[4..], PythonHashes.Ring, out _));
        Assert.False(TwoFactorToken.TryParse(new RefreshToken(PythonHashes.Id, 7).ToText(PythonHashes.Ring), PythonHashes.Ring, out _));
    }

    [Fact]
    public void Another_key_is_refused() =>
        Assert.False(RefreshToken.TryParse(PythonHashes.RefreshTokenText, new KeyRing(new byte[32]), out _));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("ctr_")]
    [InlineData("' OR 1=1--")]
    [InlineData("ctr_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void Garbage_is_refused(string? text) =>
        Assert.False(RefreshToken.TryParse(text, PythonHashes.Ring, out _));
}
