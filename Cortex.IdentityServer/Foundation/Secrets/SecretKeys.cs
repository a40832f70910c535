using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace Cortex.IdentityServer.Foundation.Secrets;

/// <summary>Gives every use of <c>SECRET_KEY</c> keys of its own, one for each secret that is set.</summary>
/// <remarks>
/// HKDF-SHA256 (RFC 5869) without a salt and with the info <c>cortex-identity/v1/{purpose}</c>. What one purpose
/// signs or encrypts means nothing to another, and a sub-key that leaks says nothing about the rest.
/// Renaming a purpose voids everything that was made under it.
/// </remarks>
internal sealed class SecretKeys(params IReadOnlyList<byte[]> secrets)
{
    private const int KeyLength = 32;

    private readonly byte[][] _roots = [.. secrets.Select(secret => HKDF.Extract(HashAlgorithmName.SHA256, secret))];
    private readonly ConcurrentDictionary<string, KeyRing> _derived = new(StringComparer.Ordinal);

    /// <summary>Kept, as what asks for it is made anew for every request.</summary>
    public KeyRing Derive(string purpose) => _derived.GetOrAdd(purpose, Expand);

    private KeyRing Expand(string purpose) => new([.. _roots.Select(root =>
        HKDF.Expand(HashAlgorithmName.SHA256, root, KeyLength, Encoding.UTF8.GetBytes($"cortex-identity/v1/{purpose}")))]);
}
