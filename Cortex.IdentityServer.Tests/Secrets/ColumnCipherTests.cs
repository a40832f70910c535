using Cortex.IdentityServer.Foundation.Secrets;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Secrets;

public sealed class ColumnCipherTests
{
    private readonly ColumnCipher _cipher = new(PythonHashes.Ring);

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData(PythonHashes.PyotpSecret)]
    [InlineData("Zürich 🔑")]
    public void Encrypted_text_is_decrypted(string plain)
    {
        var stored = _cipher.Encrypt(plain, "totp", PythonHashes.Id);

        Assert.True(ColumnCipher.IsEncrypted(stored));
        Assert.True(_cipher.TryDecrypt(stored, "totp", PythonHashes.Id, out var decrypted));
        Assert.Equal(plain, decrypted);
    }

    [Fact]
    public void Text_that_Python_encrypted_is_decrypted()
    {
        Assert.True(_cipher.TryDecrypt(PythonHashes.EncryptedColumn, "totp", PythonHashes.Id, out var plain));
        Assert.Equal(PythonHashes.PyotpSecret, plain);
    }

    [Fact]
    public void A_secret_of_32_characters_fits_the_column_and_never_encrypts_to_the_same_text()
    {
        var stored = Enumerable.Range(0, 1000).Select(_ => _cipher.Encrypt(PythonHashes.PyotpSecret, "totp", PythonHashes.Id)).ToHashSet();

        Assert.Equal(1000, stored.Count);
        Assert.All(stored, text => Assert.Equal(87, text.Length));
    }

    [Fact]
    public void Another_row_purpose_or_key_does_not_decrypt()
    {
        var stored = _cipher.Encrypt("secret", "totp", PythonHashes.Id);

        Assert.False(_cipher.TryDecrypt(stored, "totp", Guid.Empty, out var plain));
        Assert.False(_cipher.TryDecrypt(stored, "totP", PythonHashes.Id, out _));
        Assert.False(_cipher.TryDecrypt(stored, "", PythonHashes.Id, out _));
        Assert.False(new ColumnCipher(new KeyRing(new byte[32])).TryDecrypt(stored, "totp", PythonHashes.Id, out _));
        Assert.Equal("", plain);
    }

    [Fact]
    public void Any_changed_character_is_detected()
    {
        // 30 bytes encode to 40 characters without spare bits.
        var stored = _cipher.Encrypt("ab", "totp", PythonHashes.Id);
        for (var place = 0; place < stored.Length; place++)
        {
            foreach (var other in "Aa0-+ \0é".Where(c => c != stored[place]))
            {
                Assert.False(_cipher.TryDecrypt(stored[..place] + other + stored[(place + 1)..], "totp", PythonHashes.Id, out _));
            }
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("enc:v1:")]
    [InlineData("enc:v1:AAAA")]
    [InlineData("enc:v1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("enc:v1:!!!!")]
    [InlineData("enc:v2:AAAAAAAAAAAAAAAAW-zYtXsSLSsWHKXlMsQPWET-5onsH8ftTeD5fit8ycmYAQUEcbIkf8XW48j2rwUG")]
    [InlineData("ENC:v1:AAAAAAAAAAAAAAAAW-zYtXsSLSsWHKXlMsQPWET-5onsH8ftTeD5fit8ycmYAQUEcbIkf8XW48j2rwUG")]
    [InlineData(PythonHashes.PyotpSecret)]
    public void Garbage_does_not_decrypt(string stored) =>
        Assert.False(_cipher.TryDecrypt(stored, "totp", PythonHashes.Id, out _));

    [Theory]
    [InlineData("enc:v1:x", true)]
    [InlineData(PythonHashes.PyotpSecret, false)]
    [InlineData("", false)]
    public void Encrypted_and_plain_text_values_are_told_apart(string stored, bool encrypted) =>
        Assert.Equal(encrypted, ColumnCipher.IsEncrypted(stored));
}
