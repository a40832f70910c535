using System.Security.Cryptography.X509Certificates;

namespace Cortex.IdentityServer.Foundation.Tls;

/// <summary>Recognizes the server's own certificate at an address of this machine, which the certificate isn't valid for.</summary>
internal sealed class CertificatePin(TlsOptions options)
{
    /// <summary>Whether the certificate has the public key in one of the two files.</summary>
    /// <remarks>
    /// Either file is enough: while only one of them has been renewed, the server keeps the previous certificate, which the other file still matches.
    /// </remarks>
    public bool Matches(X509Certificate? presented)
    {
        if (presented is not X509Certificate2 { PublicKey: var publicKey })
        {
            return false;
        }

        var files = PemFiles.Read(options);
        var expected = publicKey.ExportSubjectPublicKeyInfo();
        return IsInCertificate(files.Certificate, expected) || IsInKey(files.Key, expected);
    }

    private static bool IsInCertificate(string? text, byte[] expected) =>
        text is not null && PemReader.Certificates(text).FirstOrDefault() is { } certificate
        && certificate.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(expected);

    private static bool IsInKey(string? text, byte[] expected)
    {
        using var key = text is null ? null : PemReader.Key(text);
        return key is not null && key.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(expected);
    }
}
