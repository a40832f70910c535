using System.Text;

namespace Cortex.IdentityServer.Identity.TwoFactor;

/// <summary>Base32 (RFC 4648) without padding, the text form of TOTP secrets in authenticator apps.</summary>
internal static class Base32
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private const int BitsPerCharacter = 5;

    public static string Encode(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder();
        int buffer = 0, bits = 0;
        foreach (var value in bytes)
        {
            buffer = (buffer << 8) | value;
            for (bits += 8; bits >= BitsPerCharacter; bits -= BitsPerCharacter)
            {
                text.Append(Alphabet[(buffer >> (bits - BitsPerCharacter)) & 31]);
            }
        }

        return bits == 0 ? text.ToString() : text.Append(Alphabet[(buffer << (BitsPerCharacter - bits)) & 31]).ToString();
    }

    /// <summary>Decodes everything that pyotp stores and accepts: either case, spaces, dashes, with or without padding.</summary>
    /// <remarks>Rejects an empty secret, because anyone could compute its codes.</remarks>
    public static bool TryDecode(string text, out byte[] bytes)
    {
        bytes = [];
        var decoded = new List<byte>();
        int buffer = 0, bits = 0;
        foreach (var character in text.TrimEnd('='))
        {
            if (character is ' ' or '-')
            {
                continue;
            }

            var value = char.IsAscii(character) ? Alphabet.IndexOf(char.ToUpperInvariant(character), StringComparison.Ordinal) : -1;
            if (value < 0)
            {
                return false;
            }

            buffer = (buffer << BitsPerCharacter) | value;
            bits += BitsPerCharacter;
            if (bits >= 8)
            {
                bits -= 8;
                decoded.Add((byte)(buffer >> bits));
            }
        }

        // If at least one whole character is left over, it doesn't belong to any byte, so the text is incomplete.
        if (bits >= BitsPerCharacter || decoded.Count == 0)
        {
            return false;
        }

        bytes = [.. decoded];
        return true;
    }
}
