using System.Security.Cryptography;
using System.Text;
using Cortex.IdentityServer.Identity.ApiKeys;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.ApiKeys;

public sealed class ApiKeyTextTests
{
    [Fact]
    public void Ten_thousand_keys_are_well_formed_and_different()
    {
        var keys = Enumerable.Range(0, 10_000).Select(_ => ApiKeyText.New()).ToHashSet();

        Assert.Equal(10_000, keys.Count);
        Assert.Equal(10_000, keys.Select(ApiKeyText.Prefix).Distinct().Count());
        Assert.All(keys, key =>
        {
            Assert.Matches(@"\Actx_[0-9A-Za-z]{49}\z", key);
            Assert.Equal(ApiKeyKind.Ours, ApiKeyText.Classify(key));
        });
    }

    [Theory]
    [InlineData(PythonHashes.ApiKeyOfZeros)]
    [InlineData(PythonHashes.ApiKeyOfOnes)]
    [InlineData(PythonHashes.ApiKeyOfSha256)]
    public void A_checksum_by_zlib_is_right(string key) => Assert.Equal(ApiKeyKind.Ours, ApiKeyText.Classify(key));

    [Fact]
    public void Any_changed_or_swapped_character_is_found()
    {
        for (var place = 4; place < PythonHashes.ApiKeyOfSha256.Length; place++)
        {
            foreach (var other in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
            {
                var key = PythonHashes.ApiKeyOfSha256[..place] + other + PythonHashes.ApiKeyOfSha256[(place + 1)..];
                Assert.Equal(key == PythonHashes.ApiKeyOfSha256 ? ApiKeyKind.Ours : ApiKeyKind.Damaged, ApiKeyText.Classify(key));
            }

            if (place > 4 && PythonHashes.ApiKeyOfSha256[place] != PythonHashes.ApiKeyOfSha256[place - 1])
            {
                var swapped = PythonHashes.ApiKeyOfSha256.ToCharArray();
                (swapped[place], swapped[place - 1]) = (swapped[place - 1], swapped[place]);
                Assert.Equal(ApiKeyKind.Damaged, ApiKeyText.Classify(new(swapped)));
            }
        }
    }

    [Theory]
    [InlineData("ctx_abcd")]
    [InlineData("abcdefgh")]
    [InlineData("ctx_7JzRpPka0QnxqSl8ddVOKblKJ6tm3ui0PgY3llHn0Ni4EpAC")]
    [InlineData("ctx_7JzRpPka0QnxqSl8ddVOKblKJ6tm3ui0PgY3llHn0Ni4EpACOO")]
    [InlineData("ctx_7JzRpPka0QnxqSl8ddVOKblKJ6tm3ui0PgY3llHn0Ni4-pACO")]
    [InlineData("CTX_7JzRpPka0QnxqSl8ddVOKblKJ6tm3ui0PgY3llHn0Ni4EpACO")]
    [InlineData("ctx_9_Vb1xkPq-2uZ0wN5cQ7yLr3aEoDTfGhJkMnBvCxZsA")]
    [InlineData("6f1ed002ab5595859014ebf0951522d9")]
    [InlineData("'/**/OR/**/1=1")]
    [InlineData("!\"#$%&'~")]
    public void Other_formats_may_be_the_Python_servers(string key) => Assert.Equal(ApiKeyKind.Foreign, ApiKeyText.Classify(key));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("abcdefg")]
    [InlineData("ctx_abc")]
    [InlineData("' OR 1=1--")]
    [InlineData(" ctx_7JzRpPka0QnxqSl8ddVOKblKJ6tm3ui0PgY3llHn0Ni4EpACO")]
    [InlineData("ctx_7JzRpPka0QnxqSl8ddVOKblKJ6tm3ui0PgY3llHn0Ni4EpACO\n")]
    [InlineData("ctx_7JzRpPka0QnxqSl8ddVOKblKJ6tm3ui0PgY3llHn0Ni4EpAC\0")]
    [InlineData("ctx_7JzRpPka0QnxqSl8ddVOKblKJ6tm3ui0PgY3llHn0Ni4EpACÖ")]
    [InlineData("ａbcdefgh")]
    [InlineData("abcdefgh\u007F")]
    [InlineData("abcdefgh\uFFFD")]
    public void A_text_that_no_server_issued_is_invalid(string? key) => Assert.Equal(ApiKeyKind.Invalid, ApiKeyText.Classify(key));

    [Fact]
    public void The_longest_key_has_256_characters()
    {
        Assert.Equal(ApiKeyKind.Foreign, ApiKeyText.Classify(new('k', 256)));
        Assert.Equal(ApiKeyKind.Invalid, ApiKeyText.Classify(new('k', 257)));
        Assert.Equal(ApiKeyKind.Invalid, ApiKeyText.Classify(new('k', 8_000)));
    }

    [Fact]
    public void Python_computes_the_same_hash() =>
        Assert.Equal(PythonHashes.ApiKeyOfSha256Hash, ApiKeyText.HashHex(PythonHashes.ApiKeyOfSha256));

    [Fact]
    public void Hashes_in_sequence_and_on_many_threads_do_not_affect_each_other()
    {
        var texts = Enumerable.Range(0, 2_000).Select(number => new string('é', number % 400) + number).ToList();
        var expected = texts.ConvertAll(text => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))));

        Assert.Equal(expected, texts.ConvertAll(ApiKeyText.HashHex));
        Assert.Equal(expected, texts.AsParallel().AsOrdered().WithDegreeOfParallelism(8).Select(ApiKeyText.HashHex));
    }

    [Theory]
    [InlineData(PythonHashes.ApiKeyOfSha256, "ctx_7JzRpPka")]
    [InlineData("6f1ed002ab5595859014ebf0951522d9", "6f1ed002ab55")]
    [InlineData("abcdefgh", "abcd")]
    public void A_prefix_has_12_characters_and_never_more_than_half_the_key(string key, string prefix) =>
        Assert.Equal(prefix, ApiKeyText.Prefix(key));
}
