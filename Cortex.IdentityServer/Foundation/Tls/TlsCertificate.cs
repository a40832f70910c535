using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Cortex.IdentityServer.Foundation.Tls;

/// <summary>A certificate with its key and chain, ready for handshakes.</summary>
internal sealed class TlsCertificate
{
    /// <summary>The purpose "server authentication" (RFC 5280, section 4.2.1.12).</summary>
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    private const string NotAccepted = "must contain a certificate, and a key for it, that this system's TLS library accepts";

    private const int MaxNames = 5;

    private TlsCertificate(X509Certificate2 certificate, X509Certificate2Collection chain)
    {
        Names = string.Join(", ", NamesOf(certificate));
        SerialNumber = certificate.SerialNumber;
        (NotBefore, NotAfter) = (certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime());

        // Being created once, the context lets clients resume sessions, and offline keeps it from downloading certificates that the file lacks.
        Context = SslStreamCertificateContext.Create(certificate, chain, offline: true);
    }

    public SslStreamCertificateContext Context { get; }

    /// <summary>The hosts that the certificate is for.</summary>
    public string Names { get; }

    public string SerialNumber { get; }

    public DateTimeOffset NotBefore { get; }

    public DateTimeOffset NotAfter { get; }

    /// <remarks>
    /// The certificate isn't disposed when another one replaces it, because handshakes may still use it. The garbage collector releases it.
    /// </remarks>
    public static CertificateResult Load(PemFiles files)
    {
        try
        {
            return Parse(files);
        }
        catch (CryptographicException)
        {
            return Unusable(TlsOptions.CertificateVariable, NotAccepted);
        }
    }

    private static CertificateResult Parse(PemFiles files)
    {
        if (files.Certificate is not { } certificateText)
        {
            return Unusable(TlsOptions.CertificateVariable, "must name a file that this server may read");
        }

        if (files.Key is not { } keyText)
        {
            return Unusable(TlsOptions.KeyVariable, "must name a file that this server may read");
        }

        var chain = PemReader.Certificates(certificateText);
        if (chain.Count == 0)
        {
            return Unusable(TlsOptions.CertificateVariable, "must contain a certificate in PEM, followed by the certificates of its chain");
        }

        if (!IsForServers(chain[0]))
        {
            return Unusable(TlsOptions.CertificateVariable, "must contain a certificate for servers (extended key usage serverAuth)");
        }

        if (PemReader.HasEncryptedKey(keyText))
        {
            return Unusable(TlsOptions.KeyVariable, "must contain a private key without a password");
        }

        using var key = PemReader.Key(keyText);
        return key is null ? Unusable(TlsOptions.KeyVariable, "must contain one private key in PEM (RSA or elliptic curve; PKCS#8, PKCS#1, or SEC1)")
            : PemReader.Combine(chain[0], key) is not { } certificate
            ? Unusable(TlsOptions.KeyVariable, $"must contain the private key of the first certificate in {TlsOptions.CertificateVariable}")
            : Create(certificate, chain);
    }

    private static CertificateResult.Unusable Unusable(string variable, string requirement) => new(variable, requirement);

    private static CertificateResult Create(X509Certificate2 certificate, X509Certificate2Collection chain)
    {
        chain.RemoveAt(0);
        var loaded = new TlsCertificate(ForHandshakes(certificate), chain);
        return TrialHandshake.Succeeds(loaded.Context) ? new CertificateResult.Loaded(loaded) : Unusable(TlsOptions.CertificateVariable, NotAccepted);
    }

    /// <summary>On Windows, TLS can only use keys that have been imported into a key store.</summary>
    private static X509Certificate2 ForHandshakes(X509Certificate2 certificate)
    {
        if (!OperatingSystem.IsWindows())
        {
            return certificate;
        }

        using (certificate)
        {
            return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), password: null);
        }
    }

    private static bool IsForServers(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().All(
            usage => usage.EnhancedKeyUsages.Cast<Oid>().Any(purpose => purpose.Value == ServerAuthentication));

    /// <summary>Returns only names of hosts, because the subject may contain an email address.</summary>
    private static IEnumerable<string> NamesOf(X509Certificate2 certificate)
    {
        List<string> names =
        [
            .. certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(
                names => names.EnumerateDnsNames().Concat(names.EnumerateIPAddresses().Select(address => address.ToString()))),
        ];
        return names.Count == 0 ? [certificate.GetNameInfo(X509NameType.DnsName, forIssuer: false)]
            : names.Count > MaxNames ? names.Take(MaxNames).Append("…")
            : names;
    }
}
