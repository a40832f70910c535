using Cortex.IdentityServer.Foundation.Secrets;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Secrets;

/// <summary>The first key signs and encrypts; all of them verify and decrypt.</summary>
public sealed class KeyRingTests
{
    private static readonly byte[] Other = [.. Enumerable.Repeat((byte)7, 32)];
    private static readonly KeyRing Rotated = new(Other, PythonHashes.Key);

    [Fact]
    public void A_token_is_created_under_the_first_key_and_read_under_both()
    {
        var made = MacToken.Create("tst_", new byte[16], Rotated);

        Assert.True(MacToken.TryRead(made, "tst_", 16, new KeyRing(Other), new byte[16]));
        Assert.False(MacToken.TryRead(made, "tst_", 16, PythonHashes.Ring, new byte[16]));
        Assert.True(MacToken.TryRead(MacToken.Create("tst_", new byte[16], PythonHashes.Ring), "tst_", 16, Rotated, new byte[16]));
    }

    [Fact]
    public void A_column_is_encrypted_under_the_first_key_and_decrypted_under_both()
    {
        var cipher = new ColumnCipher(Rotated);
        var made = cipher.Encrypt("secret", "totp", PythonHashes.Id);

        Assert.True(new ColumnCipher(new KeyRing(Other)).TryDecrypt(made, "totp", PythonHashes.Id, out _));
        Assert.True(cipher.TryDecrypt(PythonHashes.EncryptedColumn, "totp", PythonHashes.Id, out var plain));
        Assert.Equal(PythonHashes.PyotpSecret, plain);
        Assert.True(cipher.IsCurrent(made, "totp", PythonHashes.Id));
        Assert.False(cipher.IsCurrent(PythonHashes.EncryptedColumn, "totp", PythonHashes.Id));
    }

    [Fact]
    public void Every_secret_derives_one_key_in_order()
    {
        var keys = new SecretKeys(Other, PythonHashes.Key);

        Assert.Equal(2, keys.Derive("refresh-token").All.Count);
        Assert.Equal(PythonHashes.HkdfRefreshToken, Convert.ToHexStringLower(keys.Derive("refresh-token").All[1]));
        Assert.Same(keys.Derive("refresh-token"), keys.Derive("refresh-token"));
    }
}
