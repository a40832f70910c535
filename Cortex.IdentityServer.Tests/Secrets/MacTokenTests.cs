using System.Security.Cryptography;
using Cortex.IdentityServer.Foundation.Secrets;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Secrets;

public sealed class MacTokenTests
{
    private const string Prefix = "tst_";

    [Fact]
    public void A_created_token_is_read()
    {
        for (var length = 0; length < 70; length++)
        {
            var payload = RandomNumberGenerator.GetBytes(length);
            var read = new byte[length];

            Assert.True(MacToken.TryRead(MacToken.Create(Prefix, payload, PythonHashes.Ring), Prefix, length, PythonHashes.Ring, read));
            Assert.Equal(payload, read);
        }
    }

    [Fact]
    public void Any_other_character_in_any_place_is_rejected()
    {
        // Payloads of 16, 17 and 18 bytes leave 0, 4 and 2 spare bits in the last character.
        foreach (var length in new[] { 16, 17, 18 })
        {
            var genuine = MacToken.Create(Prefix, new byte[length], PythonHashes.Ring);
            for (var place = 0; place < genuine.Length; place++)
            {
                foreach (var other in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/= \n\0é".Where(c => c != genuine[place]))
                {
                    Assert.False(Reads(genuine[..place] + other + genuine[(place + 1)..], length));
                }
            }
        }
    }

    [Fact]
    public void Any_other_length_or_white_space_or_padding_is_rejected()
    {
        var genuine = MacToken.Create(Prefix, new byte[16], PythonHashes.Ring);
        for (var length = 0; length < genuine.Length; length++)
        {
            Assert.False(Reads(genuine[..length], 16));
        }

        Assert.All(
            [null, genuine + "=", genuine + "==", genuine + "A", genuine + "\n", " " + genuine, genuine.Insert(20, " "), genuine.ToUpperInvariant(),
                genuine[4..], new string('A', 60_000), Prefix + new string(' ', genuine.Length - 4), Prefix + new string('\uD800', genuine.Length - 4)],
            text => Assert.False(Reads(text, 16)));
    }

    [Fact]
    public void Another_prefix_key_or_payload_length_is_rejected_without_a_payload()
    {
        var genuine = MacToken.Create(Prefix, PythonHashes.Id.ToByteArray(), PythonHashes.Ring);
        var read = new byte[16];

        Assert.False(MacToken.TryRead(genuine, "tsu_", 16, PythonHashes.Ring, read));
        Assert.False(MacToken.TryRead("tsu_" + genuine[4..], "tsu_", 16, PythonHashes.Ring, read));
        Assert.False(MacToken.TryRead(genuine, Prefix, 15, PythonHashes.Ring, read));
        Assert.False(MacToken.TryRead(genuine, Prefix, 16, new KeyRing(new byte[32]), read));
        Assert.Equal(new byte[16], read);
    }

    private static bool Reads(string? text, int length) =>
        MacToken.TryRead(text, Prefix, length, PythonHashes.Ring, new byte[length]);
}
