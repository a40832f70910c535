using System.Security.Cryptography;
using System.Text;
using Cortex.IdentityServer.Foundation.Secrets;

namespace Cortex.IdentityServer.Identity.SigningKeys;

/// <summary>Encrypts the private keys of signing keys under SECRET_KEY, each bound to its key id.</summary>
internal sealed class SigningKeyCipher(SecretKeys secrets)
{
    private const string Purpose = "signing-key";

    private readonly ColumnCipher _cipher = new(secrets.Derive(Purpose));

    public string Encrypt(string kid, string pkcs8) => _cipher.Encrypt(pkcs8, Purpose, RowIdOf(kid));

    public bool TryDecrypt(string kid, string stored, out string pkcs8) => _cipher.TryDecrypt(stored, Purpose, RowIdOf(kid), out pkcs8);

    /// <summary>
    /// Returns the stored private key encrypted under the first SECRET_KEY, which is the same text if it already was; null if it can't be decrypted.
    /// </summary>
    public string? Reencrypt(string kid, string stored) =>
        !TryDecrypt(kid, stored, out var pkcs8) ? null
        : _cipher.IsCurrent(stored, Purpose, RowIdOf(kid)) ? stored
        : Encrypt(kid, pkcs8);

    /// <summary>The cipher binds a ciphertext to a row's UUID, but these rows are identified by thumbprints.</summary>
    private static Guid RowIdOf(string kid) => new(SHA256.HashData(Encoding.UTF8.GetBytes(kid)).AsSpan(0, 16), bigEndian: true);
}
