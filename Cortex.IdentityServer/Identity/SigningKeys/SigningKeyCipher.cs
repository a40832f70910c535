using System.Security.Cryptography;
using System.Text;
using Cortex.IdentityServer.Foundation.Secrets;

namespace Cortex.IdentityServer.Identity.SigningKeys;

/// <summary>Keeps the private halves of signing keys: encrypted under SECRET_KEY, each bound to its key's name.</summary>
internal sealed class SigningKeyCipher(SecretKeys secrets)
{
    private const string Purpose = "signing-key";

    private readonly ColumnCipher _cipher = new(secrets.Derive(Purpose));

    public string Encrypt(string kid, string pkcs8) => _cipher.Encrypt(pkcs8, Purpose, PlaceOf(kid));

    public bool TryDecrypt(string kid, string stored, out string pkcs8) => _cipher.TryDecrypt(stored, Purpose, PlaceOf(kid), out pkcs8);

    /// <summary>
    /// What is stored encrypted under the first SECRET_KEY; null where it can't be decrypted, and the same text where nothing has to be done.
    /// </summary>
    public string? Renewed(string kid, string stored) =>
        !TryDecrypt(kid, stored, out var pkcs8) ? null
        : _cipher.IsCurrent(stored, Purpose, PlaceOf(kid)) ? stored
        : Encrypt(kid, pkcs8);

    /// <summary>The cipher binds a text to the UUID of its row, and this table is named by thumbprints.</summary>
    private static Guid PlaceOf(string kid) => new(SHA256.HashData(Encoding.UTF8.GetBytes(kid)).AsSpan(0, 16), bigEndian: true);
}
