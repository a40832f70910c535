using System.Buffers.Text;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Cortex.IdentityServer.Foundation.Secrets;

namespace Cortex.IdentityServer.Identity.Mail;

/// <summary>Encodes and decodes emailed tokens, which consist of letters and digits only.</summary>
/// <remarks>
/// <code>
/// prefix ‖ base62( token id 16 ‖ the first 31 bytes of its MAC ), padded with 0        68 characters
/// </code>
/// The MAC is that of <see cref="MacToken"/>. Tokens aren't base64url, because email programs omit a hyphen or an underscore at the end of a URL when they turn
/// it into a link. Base64url tokens that an earlier version sent stay valid until they expire.
/// </remarks>
internal static class MailedTokenText
{
    private const int IdLength = 16;
    private const int ContentLength = 47;

    /// <summary>47 bytes in base 62.</summary>
    private const int Length = 64;

    public static string Create(string prefix, Guid id, KeyRing keys)
    {
        var content = Base64Url.DecodeFromChars(MacToken.Create(prefix, id, keys).AsSpan(prefix.Length)).AsSpan(0, ContentLength);
        return prefix + Base62.Encode(new BigInteger(content, isUnsigned: true, isBigEndian: true), Length);
    }

    /// <summary>Reads a token. The ID is empty unless the token is authentic.</summary>
    public static bool TryRead(string? text, string prefix, KeyRing keys, out Guid id)
    {
        if (MacToken.TryRead(text, prefix, keys, out id))
        {
            return true;
        }

        Span<byte> content = stackalloc byte[ContentLength];
        if (text?.Length != prefix.Length + Length || !text.StartsWith(prefix, StringComparison.Ordinal)
            || !Base62.TryDecode(text.AsSpan(prefix.Length), content))
        {
            return false;
        }

        var named = new Guid(content[..IdLength], bigEndian: true);
        foreach (var key in keys.All)
        {
            // Comparing the whole text with the only valid encoding checks the MAC and rejects other encodings at the same time.
            var genuine = Create(prefix, named, new KeyRing(key));
            if (CryptographicOperations.FixedTimeEquals(MemoryMarshal.AsBytes(genuine.AsSpan()), MemoryMarshal.AsBytes(text.AsSpan())))
            {
                id = named;
                return true;
            }
        }

        return false;
    }
}
