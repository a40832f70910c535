using System.Buffers.Text;
using System.Numerics;
using Cortex.IdentityServer.Secrets;

namespace Cortex.IdentityServer.Accounts.Mailed;

/// <summary>The text of a mailed token: a <see cref="MacToken"/> in letters and digits only.</summary>
/// <remarks>
/// <code>
/// prefix ‖ base62( token id 16 ‖ MAC 32 ), padded with 0                    69 characters
/// </code>
/// Mail programs leave a hyphen or an underscore at the end of an address out of the link that they make of it, so base64url won't do. Tokens that an
/// earlier version mailed are base64url, one character shorter, and stay good until they expire.
/// </remarks>
internal static class MailedTokenText
{
    /// <summary>48 bytes in base 62.</summary>
    private const int Length = 65;

    private const int ContentLength = 48;

    public static string Create(string prefix, Guid id, KeyRing keys)
    {
        var content = Base64Url.DecodeFromChars(MacToken.Create(prefix, id, keys).AsSpan(prefix.Length));
        return prefix + Base62.Encode(new BigInteger(content, isUnsigned: true, isBigEndian: true), Length);
    }

    public static bool TryRead(string? text, string prefix, KeyRing keys, out Guid id)
    {
        if (text?.Length == prefix.Length + Length)
        {
            Span<byte> content = stackalloc byte[ContentLength];
            text = Base62.TryDecode(text.AsSpan(prefix.Length), content) ? text[..prefix.Length] + Base64Url.EncodeToString(content) : null;
        }

        return MacToken.TryRead(text, prefix, keys, out id);
    }
}
