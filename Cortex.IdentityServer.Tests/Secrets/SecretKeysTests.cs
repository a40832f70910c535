using Cortex.IdentityServer.Foundation.Secrets;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Secrets;

public sealed class SecretKeysTests
{
    [Theory]
    [InlineData("refresh-token", PythonHashes.HkdfRefreshToken)]
    [InlineData("two-factor-challenge", PythonHashes.HkdfTwoFactorChallenge)]
    public void Python_derives_the_same_key(string purpose, string expected) =>
        Assert.Equal(expected, Convert.ToHexStringLower(new SecretKeys(PythonHashes.Key).Derive(purpose).Current));

    [Fact]
    public void Every_purpose_and_every_secret_has_its_own_key()
    {
        var keys = new[] { new SecretKeys(PythonHashes.Key), new SecretKeys("another secret of more than 32 bytes"u8.ToArray()) }
            .SelectMany(secret => new[] { "a", "b", "ab", "" }.Select(purpose => secret.Derive(purpose).Current))
            .Select(Convert.ToHexString)
            .ToList();

        Assert.Equal(keys.Count, keys.Distinct().Count());
        Assert.All(keys, key => Assert.Equal(64, key.Length));
    }
}
