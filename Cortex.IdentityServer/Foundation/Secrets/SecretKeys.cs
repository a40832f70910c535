using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace Cortex.IdentityServer.Foundation.Secrets;

/// <summary>Derives a separate key for each use of <c>SECRET_KEY</c>, one from each configured secret.</summary>
/// <remarks>
/// The keys are derived with HKDF-SHA256 (RFC 5869), without a salt and with the info <c>cortex-identity/v1/{purpose}</c>. A value that was signed or
/// encrypted for one purpose is invalid for any other, and a leaked key reveals nothing about the rest. Renaming a purpose invalidates everything that was
/// created under it.
/// </remarks>
internal sealed class SecretKeys(params IReadOnlyList<byte[]> secrets)
{
    private const int KeyLength = 32;

    private readonly byte[][] _roots = [.. secrets.Select(secret => HKDF.Extract(HashAlgorithmName.SHA256, secret))];
    private readonly ConcurrentDictionary<string, KeyRing> _derived = new(StringComparer.Ordinal);

    /// <summary>Derives the keys for a purpose. They are cached, because their consumers are created for every request.</summary>
    public KeyRing Derive(string purpose) => _derived.GetOrAdd(purpose, Expand);

    private KeyRing Expand(string purpose) => new([.. _roots.Select(root =>
        HKDF.Expand(HashAlgorithmName.SHA256, root, KeyLength, Encoding.UTF8.GetBytes($"cortex-identity/v1/{purpose}")))]);
}
