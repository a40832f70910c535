using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Cortex.IdentityServer.Tests.Infrastructure;

/// <summary>A root certificate that nobody trusts unless a test says so, and an intermediate that issues certificates for this machine.</summary>
internal sealed class TestChain : IDisposable
{
    private readonly ECDsa _intermediateKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public TestChain()
    {
        var (from, until) = (DateTimeOffset.UtcNow.AddYears(-2), DateTimeOffset.UtcNow.AddYears(2));
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Root = Authority("CN=Cortex test root", rootKey).CreateSelfSigned(from, until);
        using var intermediate = Authority("CN=Cortex test intermediate", _intermediateKey).Create(Root, from, until, RandomNumberGenerator.GetBytes(8));
        Intermediate = intermediate.CopyWithPrivateKey(_intermediateKey);
    }

    public X509Certificate2 Root { get; }

    public X509Certificate2 Intermediate { get; }

    /// <summary>Issues a certificate for 127.0.0.1 and example.com with an elliptic-curve key.</summary>
    public IssuedCertificate Issue(int fromDays = -1, int untilDays = 80) => Issue(ECDsa.Create(ECCurve.NamedCurves.nistP256), fromDays, untilDays);

    /// <summary>Issues a certificate with a key of the caller's, which the result disposes.</summary>
    public IssuedCertificate Issue(AsymmetricAlgorithm key, int fromDays = -1, int untilDays = 80, string purpose = "1.3.6.1.5.5.7.3.1")
    {
        const string Subject = "CN=id.example.com, E=ada@example.com";
        var request = key is RSA rsa
            ? new CertificateRequest(Subject, rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest(Subject, (ECDsa)key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("id.example.com");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], critical: false));
        var certificate = request.Create(
            Intermediate.SubjectName, X509SignatureGenerator.CreateForECDsa(_intermediateKey), DateTimeOffset.UtcNow.AddDays(fromDays),
            DateTimeOffset.UtcNow.AddDays(untilDays), RandomNumberGenerator.GetBytes(8));
        return new(certificate, $"{certificate.ExportCertificatePem()}\n{Intermediate.ExportCertificatePem()}\n", key);
    }

    public void Dispose()
    {
        _intermediateKey.Dispose();
        Root.Dispose();
        Intermediate.Dispose();
    }

    private static CertificateRequest Authority(string name, ECDsa key)
    {
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(
            new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        return request;
    }
}

/// <summary>A certificate as certification authorities deliver it.</summary>
/// <param name="Certificate">The certificate without its key.</param>
/// <param name="ChainPem">The certificate, followed by the intermediate.</param>
/// <param name="Key">The private key.</param>
internal sealed record IssuedCertificate(X509Certificate2 Certificate, string ChainPem, AsymmetricAlgorithm Key) : IDisposable
{
    public string KeyPem => Key.ExportPkcs8PrivateKeyPem() + "\n";

    public string SerialNumber => Certificate.SerialNumber;

    public void Dispose()
    {
        Certificate.Dispose();
        Key.Dispose();
    }
}
