namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>The compact serialization of a signed token (RFC 7515 section 7.1): three base64url parts.</summary>
/// <remarks>
/// The library also accepts padding, stray trailing bits, and the standard base64 alphabet, so one token could be written in many ways. A cache or blocklist
/// keyed by the text would recognize only one of them.
/// </remarks>
internal static class CompactJws
{
    /// <summary>Whether this is the only text that encodes the same token.</summary>
    public static bool IsCanonical(string token)
    {
        var parts = 0;
        foreach (var part in token.AsSpan().Split('.'))
        {
            parts++;
            if (!IsCanonicalPart(token.AsSpan(part)))
            {
                return false;
            }
        }

        return parts == 3;
    }

    private static bool IsCanonicalPart(ReadOnlySpan<char> part)
    {
        foreach (var letter in part)
        {
            if (ValueOf(letter) < 0)
            {
                return false;
            }
        }

        // Four characters hold 24 bits. A final group of two leaves the low 4 bits of its last character unused, and a final group of three the low 2.
        return (part.Length % 4) switch
        {
            0 => true,
            2 => (ValueOf(part[^1]) & 0b1111) == 0,
            3 => (ValueOf(part[^1]) & 0b11) == 0,
            _ => false,
        };
    }

    private static int ValueOf(char letter) => letter switch
    {
        >= 'A' and <= 'Z' => letter - 'A',
        >= 'a' and <= 'z' => letter - 'a' + 26,
        >= '0' and <= '9' => letter - '0' + 52,
        '-' => 62,
        '_' => 63,
        _ => -1,
    };
}
