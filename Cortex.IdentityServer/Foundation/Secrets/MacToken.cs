using System.Buffers;
using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Cortex.IdentityServer.Foundation.Secrets;

/// <summary>The shape of the opaque tokens that the server hands out and can check without a database.</summary>
/// <remarks>
/// <code>
/// prefix ‖ base64url( payload ‖ HMAC-SHA256(key, prefix ‖ payload) )        no padding
/// </code>
/// Nothing of it has to be stored: without the key nobody makes a second one, so garbage is refused before any query.
/// A payload has exactly one text under a key. A second spelling (padding, spare bits, white space) would slip past whatever
/// remembers spent tokens by their text.
/// </remarks>
internal static class MacToken
{
    private const int IdLength = 16;

    public static string Create(string prefix, ReadOnlySpan<byte> payload, KeyRing keys) => Create(prefix, payload, keys.Current);

    /// <summary>One whose payload is the id of a row, big-endian.</summary>
    public static string Create(string prefix, Guid id, KeyRing keys) => Create(prefix, id.ToByteArray(bigEndian: true), keys);

    private static string Create(string prefix, ReadOnlySpan<byte> payload, byte[] key)
    {
        byte[] message = [.. Encoding.ASCII.GetBytes(prefix), .. payload];
        return prefix + Base64Url.EncodeToString([.. payload, .. HMACSHA256.HashData(key, message)]);
    }

    /// <summary>Reads one that names a row; the id is empty unless the token is genuine.</summary>
    public static bool TryRead(string? text, string prefix, KeyRing keys, out Guid id)
    {
        Span<byte> payload = stackalloc byte[IdLength];
        var genuine = TryRead(text, prefix, IdLength, keys, payload);
        id = genuine ? new(payload, bigEndian: true) : Guid.Empty;
        return genuine;
    }

    /// <summary>Fills <paramref name="payload"/> only when the token is genuine.</summary>
    public static bool TryRead(string? text, string prefix, int payloadLength, KeyRing keys, Span<byte> payload)
    {
        var content = new byte[payloadLength + HMACSHA256.HashSizeInBytes];

        // The length first: nothing below then depends on how much somebody sent.
        if (text?.Length != prefix.Length + Base64Url.GetEncodedLength(content.Length)
            || !text.StartsWith(prefix, StringComparison.Ordinal)
            || Base64Url.DecodeFromChars(text.AsSpan(prefix.Length), content, out _, out var written) != OperationStatus.Done
            || written != content.Length)
        {
            return false;
        }

        foreach (var key in keys.All)
        {
            // Comparing the whole text with the only right one checks the MAC and the spelling at once.
            var genuine = Create(prefix, content.AsSpan(0, payloadLength), key);
            if (CryptographicOperations.FixedTimeEquals(MemoryMarshal.AsBytes(genuine.AsSpan()), MemoryMarshal.AsBytes(text.AsSpan())))
            {
                content.AsSpan(0, payloadLength).CopyTo(payload);
                return true;
            }
        }

        return false;
    }
}
