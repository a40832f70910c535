using System.Buffers;
using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Cortex.IdentityServer.Foundation.Secrets;

/// <summary>The format of opaque tokens that the server can verify without a database.</summary>
/// <remarks>
/// <code>
/// prefix ‖ base64url( payload ‖ HMAC-SHA256(key, prefix ‖ payload) )        no padding
/// </code>
/// Tokens needn't be stored: without the key, no client can create one, so forgeries are rejected before any query. A payload has exactly one encoding
/// under a key. A second spelling (padding, spare bits, whitespace) would bypass a list of used tokens that is keyed by their text.
/// </remarks>
internal static class MacToken
{
    private const int IdLength = 16;

    public static string Create(string prefix, ReadOnlySpan<byte> payload, KeyRing keys) => Create(prefix, payload, keys.Current);

    /// <summary>Creates a token whose payload is the ID of a row, big-endian.</summary>
    public static string Create(string prefix, Guid id, KeyRing keys) => Create(prefix, id.ToByteArray(bigEndian: true), keys);

    private static string Create(string prefix, ReadOnlySpan<byte> payload, byte[] key)
    {
        byte[] message = [.. Encoding.ASCII.GetBytes(prefix), .. payload];
        return prefix + Base64Url.EncodeToString([.. payload, .. HMACSHA256.HashData(key, message)]);
    }

    /// <summary>Reads a token whose payload is the ID of a row; the ID is empty unless the token is genuine.</summary>
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

        // The length is checked first, so the cost of the steps below doesn't depend on the input's size.
        if (text?.Length != prefix.Length + Base64Url.GetEncodedLength(content.Length)
            || !text.StartsWith(prefix, StringComparison.Ordinal)
            || Base64Url.DecodeFromChars(text.AsSpan(prefix.Length), content, out _, out var written) != OperationStatus.Done
            || written != content.Length)
        {
            return false;
        }

        foreach (var key in keys.All)
        {
            // Comparing the whole text with the only valid one checks both the MAC and the spelling.
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
