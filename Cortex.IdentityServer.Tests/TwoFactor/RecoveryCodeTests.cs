using Cortex.IdentityServer.Identity.TwoFactor;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.TwoFactor;

public sealed class RecoveryCodeTests
{
    private const string Code = "7ZK3QW-0M9XTB-H4VNGA-R2C8EJ";

    [Fact]
    public void Ten_thousand_codes_are_well_formed_canonical_and_different()
    {
        var codes = Enumerable.Range(0, 10_000).Select(_ => RecoveryCode.New()).ToHashSet();

        Assert.Equal(10_000, codes.Count);
        Assert.All(codes, code =>
        {
            Assert.Matches(@"\A[0-9A-HJKMNP-TV-Z]{6}(-[0-9A-HJKMNP-TV-Z]{6}){3}\z", code);
            Assert.True(RecoveryCode.TryNormalize(code, out var canonical));
            Assert.Equal(code, canonical);
        });
    }

    [Theory]
    [InlineData(Code)]
    [InlineData("7zk3qw-0m9xtb-h4vnga-r2c8ej")]
    [InlineData("7ZK3QW0M9XTBH4VNGAR2C8EJ")]
    [InlineData("7ZK3QW 0M9XTB H4VNGA R2C8EJ")]
    [InlineData(" 7ZK3-QW0M-9XTB-H4VN-GAR2-C8EJ ")]
    [InlineData("7zk3qw-om9xtb-h4vnga-r2c8ej")]
    [InlineData("7ZK3QW-OM9XTB-H4VNGA-R2C8EJ")]
    public void Case_dashes_and_spaces_are_forgiven(string typed)
    {
        Assert.True(RecoveryCode.TryNormalize(typed, out var canonical));
        Assert.Equal(Code, canonical);
    }

    [Fact]
    public void Letters_that_look_like_digits_are_digits()
    {
        Assert.True(RecoveryCode.TryNormalize("iIlLoO-iIlLoO-iIlLoO-iIlLoO", out var canonical));
        Assert.Equal("111100-111100-111100-111100", canonical);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("------------------------")]
    [InlineData("7ZK3QW-0M9XTB-H4VNGA-R2C8E")]
    [InlineData("7ZK3QW-0M9XTB-H4VNGA-R2C8EJJ")]
    [InlineData("7ZK3QW-0M9XTB-H4VNGA-R2C8EU")]
    [InlineData("7ZK3QW_0M9XTB_H4VNGA_R2C8EJ")]
    [InlineData("7ZK3QW-0M9XTB-H4VNGA-R2C8EJ\n")]
    [InlineData("7ZK3QW-0M9XTB-H4VNGA-R2C8E\0")]
    [InlineData("ſZK3QW-0M9XTB-H4VNGA-R2C8EJ")]
    [InlineData("７ZK3QW-0M9XTB-H4VNGA-R2C8EJ")]
    [InlineData("7ZK3QW-0M9XTB-H4VNGA-R2C8EJ                                       ")]
    public void Anything_else_is_refused(string? typed)
    {
        Assert.False(RecoveryCode.TryNormalize(typed, out var canonical));
        Assert.Equal("", canonical);
    }

    [Fact]
    public void Python_computes_the_same_hash() =>
        Assert.Equal(PythonHashes.RecoveryCodeHash, Convert.ToHexStringLower(RecoveryCode.Hash(Code, PythonHashes.Id, PythonHashes.Key)));

    [Fact]
    public void Another_user_or_key_has_another_hash()
    {
        var hash = RecoveryCode.Hash(Code, PythonHashes.Id, PythonHashes.Key);

        Assert.NotEqual(hash, RecoveryCode.Hash(Code, Guid.Empty, PythonHashes.Key));
        Assert.NotEqual(hash, RecoveryCode.Hash(Code, PythonHashes.Id, new byte[32]));
    }
}
