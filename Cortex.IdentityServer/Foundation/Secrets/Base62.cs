using System.Numerics;

namespace Cortex.IdentityServer.Foundation.Secrets;

/// <summary>Encodes bytes as ASCII digits and letters. A number has exactly one encoding of a given length.</summary>
internal static class Base62
{
    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    public static string Encode(BigInteger number, int length)
    {
        var text = new char[length];
        for (var i = length - 1; i >= 0; i--)
        {
            (number, var digit) = BigInteger.DivRem(number, Alphabet.Length);
            text[i] = Alphabet[(int)digit];
        }

        return new(text);
    }

    /// <summary>
    /// Decodes into <paramref name="bytes"/>, big-endian and zero-padded; returns false for an invalid character or a number that is too large.
    /// </summary>
    public static bool TryDecode(ReadOnlySpan<char> text, Span<byte> bytes)
    {
        var number = BigInteger.Zero;
        foreach (var character in text)
        {
            var digit = Alphabet.IndexOf(character, StringComparison.Ordinal);
            if (digit < 0)
            {
                return false;
            }

            number = (number * Alphabet.Length) + digit;
        }

        var needed = number.GetByteCount(isUnsigned: true);
        bytes.Clear();
        return needed <= bytes.Length && number.TryWriteBytes(bytes[^needed..], out _, isUnsigned: true, isBigEndian: true);
    }
}
