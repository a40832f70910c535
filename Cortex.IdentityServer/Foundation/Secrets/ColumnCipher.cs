using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Cortex.IdentityServer.Foundation.Secrets;

/// <summary>Encrypts short texts for a database column, so that a dump of the database doesn't reveal them.</summary>
/// <remarks>
/// <code>
/// enc:v1: ‖ base64url( nonce 12 ‖ tag 16 ‖ ciphertext )                     AES-256-GCM
/// </code>
/// The associated data is the purpose and the row's ID, so a value that is copied into another row or column doesn't decrypt. The nonce is random, which
/// GCM allows for 2^32 values under one key. 32 characters become 87.
/// </remarks>
internal sealed class ColumnCipher(KeyRing keys)
{
    private const string Marker = "enc:v1:";

    private static readonly int NonceLength = AesGcm.NonceByteSizes.MaxSize;
    private static readonly int TagLength = AesGcm.TagByteSizes.MaxSize;

    public static bool IsEncrypted(string stored) => stored.StartsWith(Marker, StringComparison.Ordinal);

    public string Encrypt(string plain, string purpose, Guid rowId)
    {
        var text = Encoding.UTF8.GetBytes(plain);
        var sealedBytes = new byte[NonceLength + TagLength + text.Length];
        var (nonce, tag, cipher) = Split(sealedBytes);
        RandomNumberGenerator.Fill(nonce.Span);

        using var aes = new AesGcm(keys.Current, TagLength);
        aes.Encrypt(nonce.Span, text, cipher.Span, tag.Span, AssociatedData(purpose, rowId));
        return Marker + Base64Url.EncodeToString(sealedBytes);
    }

    public bool TryDecrypt(string stored, string purpose, Guid rowId, out string plain) => TryDecrypt(stored, purpose, rowId, keys.All, out plain);

    /// <summary>Whether the value is encrypted under the current key rather than one that is being rotated out.</summary>
    public bool IsCurrent(string stored, string purpose, Guid rowId) => TryDecrypt(stored, purpose, rowId, [keys.Current], out _);

    private static bool TryDecrypt(string stored, string purpose, Guid rowId, IReadOnlyList<byte[]> candidates, out string plain)
    {
        plain = "";
        var sealedBytes = new byte[Base64Url.GetMaxDecodedLength(stored.Length)];
        if (!IsEncrypted(stored)
            || Base64Url.DecodeFromChars(stored.AsSpan(Marker.Length), sealedBytes, out _, out var length) != OperationStatus.Done
            || length < NonceLength + TagLength)
        {
            return false;
        }

        var (nonce, tag, cipher) = Split(sealedBytes.AsMemory(0, length));
        var text = new byte[cipher.Length];
        foreach (var key in candidates)
        {
            using var aes = new AesGcm(key, TagLength);
            try
            {
                aes.Decrypt(nonce.Span, cipher.Span, tag.Span, text, AssociatedData(purpose, rowId));
            }
            catch (AuthenticationTagMismatchException)
            {
                continue;
            }

            plain = Encoding.UTF8.GetString(text);
            return true;
        }

        return false;
    }

    private static (Memory<byte> Nonce, Memory<byte> Tag, Memory<byte> Cipher) Split(Memory<byte> bytes) =>
        (bytes[..NonceLength], bytes[NonceLength..(NonceLength + TagLength)], bytes[(NonceLength + TagLength)..]);

    // The ID has a fixed length, so two different pairs never produce the same bytes.
    private static byte[] AssociatedData(string purpose, Guid rowId) =>
        [.. Encoding.UTF8.GetBytes(purpose), .. rowId.ToByteArray(bigEndian: true)];
}
