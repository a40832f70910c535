namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>The compact form of a signed token (RFC 7515 section 7.1): three parts in base64url.</summary>
/// <remarks>
/// The library also takes padding, spare bits and the other alphabet, so that one token would have many texts. Whatever remembers or refuses tokens by their
/// text would know only one of them.
/// </remarks>
internal static class CompactJws
{
    /// <summary>Whether no other text says the same.</summary>
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

        // Four letters hold 24 bits: of the last of two, 4 of its 6 bits say nothing, and of the last of three, 2.
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
