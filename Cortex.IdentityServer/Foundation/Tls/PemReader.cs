using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Cortex.IdentityServer.Foundation.Tls;

/// <summary>Finds certificates and private keys in the text of PEM files (RFC 7468).</summary>
internal static class PemReader
{
    private static readonly string[] KeyLabels = ["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY"];

    /// <summary>Returns the certificates in the order of the file, or nothing if one of them can't be read. The caller disposes them.</summary>
    public static X509Certificate2Collection Certificates(string text)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(text);
        }
        catch (CryptographicException)
        {
            return [];
        }

        // The platform skips an incomplete or invalid block, and clients would not get the whole chain.
        return certificates.Count == text.AsSpan().Count("-----BEGIN CERTIFICATE-----") ? certificates : [];
    }

    /// <summary>Whether the text contains a private key that a password protects.</summary>
    public static bool HasEncryptedKey(string text) =>
        text.Contains("-----BEGIN ENCRYPTED PRIVATE KEY", StringComparison.Ordinal) || text.Contains("Proc-Type: 4,ENCRYPTED", StringComparison.Ordinal);

    /// <summary>Returns the RSA or elliptic-curve key, or null unless the text contains exactly one. The caller disposes it.</summary>
    /// <remarks>The label of PKCS#8 doesn't say which kind of key follows.</remarks>
    public static AsymmetricAlgorithm? Key(string text) => HasKey(text) ? Import(RSA.Create(), text) ?? Import(ECDsa.Create(), text) : null;

    /// <summary>Combines a certificate with its key, or returns null if they don't belong together. The caller disposes the result.</summary>
    public static X509Certificate2? Combine(X509Certificate2 certificate, AsymmetricAlgorithm key)
    {
        try
        {
            return key is RSA rsa ? certificate.CopyWithPrivateKey(rsa) : certificate.CopyWithPrivateKey((ECDsa)key);
        }
        catch (Exception mismatch) when (mismatch is ArgumentException or CryptographicException)
        {
            return null;
        }
    }

    private static bool HasKey(string text)
    {
        for (var rest = text.AsSpan(); PemEncoding.TryFind(rest, out var block); rest = rest[block.Location.End..])
        {
            if (KeyLabels.Contains(rest[block.Label].ToString()))
            {
                return true;
            }
        }

        return false;
    }

    private static AsymmetricAlgorithm? Import(AsymmetricAlgorithm empty, string text)
    {
        try
        {
            empty.ImportFromPem(text);
            return empty;
        }
        catch (Exception failure) when (failure is CryptographicException or ArgumentException)
        {
            empty.Dispose();
            return null;
        }
    }
}
