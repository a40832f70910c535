using System.Security.Cryptography;
using System.Text;

namespace Cortex.IdentityServer.Secrets;

/// <summary>Gives every use of <c>SECRET_KEY</c> a key of its own.</summary>
/// <remarks>
/// HKDF-SHA256 (RFC 5869) without a salt and with the info <c>cortex-identity/v1/{purpose}</c>. What one purpose
/// signs or encrypts means nothing to another, and a sub-key that leaks says nothing about the rest.
/// Renaming a purpose voids everything that was made under it.
/// </remarks>
internal sealed class SecretKeys(byte[] secretKey)
{
    private const int KeyLength = 32;

    private readonly byte[] _root = HKDF.Extract(HashAlgorithmName.SHA256, secretKey);

    public byte[] Derive(string purpose) =>
        HKDF.Expand(HashAlgorithmName.SHA256, _root, KeyLength, Encoding.UTF8.GetBytes($"cortex-identity/v1/{purpose}"));
}
