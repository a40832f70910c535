using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Cortex.IdentityServer.Tests.Infrastructure;
using Microsoft.Extensions.Hosting;

namespace Cortex.IdentityServer.Tests.Configuration;

/// <summary><c>TLS_CERT_FILE</c> and <c>TLS_KEY_FILE</c> are checked before the server starts.</summary>
public sealed class TlsVariableTests(PostgresCluster cluster) : IDisposable
{
    private const string Mismatch = "TLS_KEY_FILE must contain the private key of the first certificate in TLS_CERT_FILE.";
    private const string NoCertificate = "TLS_CERT_FILE must contain a certificate in PEM, followed by the certificates of its chain.";
    private const string NoKey = "TLS_KEY_FILE must contain one private key in PEM (RSA or elliptic curve; PKCS#8, PKCS#1, or SEC1).";

    private readonly TestChain _chain = new();
    private readonly CertificateFolder _files = new();

    public void Dispose()
    {
        _files.Dispose();
        _chain.Dispose();
    }

    [Fact]
    public void One_of_the_two_is_not_enough()
    {
        Assert.Equal(
            "TLS_KEY_FILE must name the file with the private key, because TLS_CERT_FILE is set.", Refusal(("TLS_CERT_FILE", _files.CertificateFile)));
        Assert.Equal("TLS_CERT_FILE must name the file with the certificate, because TLS_KEY_FILE is set.", Refusal(("TLS_KEY_FILE", _files.KeyFile)));
    }

    [Fact]
    public void A_file_that_cannot_be_read_or_contains_something_else_is_one_line()
    {
        using var good = _chain.Issue();
        using var other = _chain.Issue();
        using var rsa = _chain.Issue(RSA.Create(2048));
        using var client = _chain.Issue(ECDsa.Create(ECCurve.NamedCurves.nistP256), purpose: "1.3.6.1.5.5.7.3.2");
        var encrypted = good.Key.ExportEncryptedPkcs8PrivateKeyPem("hunter2", new(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000));
        Assert.Equal("TLS_CERT_FILE must name a file that this server may read.", Refusal(_files.Variables));

        ShouldBe("TLS_KEY_FILE must name a file that this server may read.", good.ChainPem, null);
        ShouldBe(NoCertificate, "", good.KeyPem);
        ShouldBe(NoCertificate, "nonsense", good.KeyPem);
        ShouldBe(NoCertificate, good.KeyPem, good.KeyPem);
        ShouldBe(NoCertificate, good.ChainPem[..^200], good.KeyPem);
        ShouldBe(NoCertificate, good.ChainPem.Replace("CERTIFICATE-----\nM", "CERTIFICATE-----\n!", StringComparison.Ordinal), good.KeyPem);
        ShouldBe(NoCertificate, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", good.KeyPem);
        ShouldBe("TLS_CERT_FILE must contain a certificate for servers (extended key usage serverAuth).", client.ChainPem, client.KeyPem);
        ShouldBe(NoKey, good.ChainPem, "");
        ShouldBe(NoKey, good.ChainPem, good.ChainPem);
        ShouldBe(NoKey, good.ChainPem, good.Key.ExportSubjectPublicKeyInfoPem());
        ShouldBe(NoKey, good.ChainPem, good.KeyPem[..100]);
        ShouldBe(NoKey, good.ChainPem, good.KeyPem + other.KeyPem);
        ShouldBe("TLS_KEY_FILE must contain a private key without a password.", good.ChainPem, encrypted);
        ShouldBe(Mismatch, good.ChainPem, other.KeyPem);
        ShouldBe(Mismatch, good.ChainPem, rsa.KeyPem);
        ShouldBe(Mismatch, rsa.ChainPem, good.KeyPem);
        ShouldBe(Mismatch, _chain.Intermediate.ExportCertificatePem() + "\n" + good.ChainPem, good.KeyPem);
    }

    /// <remarks>These can be read, but the server couldn't serve anybody with them.</remarks>
    [Fact]
    public void A_certificate_with_which_every_handshake_fails_is_one_line()
    {
        const string NotAccepted = "TLS_CERT_FILE must contain a certificate, and a key for it, that this system's TLS library accepts.";
        using var shortKey = _chain.Issue(RSA.Create(512));
        using var otherCurve = _chain.Issue(ECDsa.Create(ECCurve.CreateFromFriendlyName("secp256k1")));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var malformed = new CertificateRequest("CN=id.example.com", key, HashAlgorithmName.SHA256);
        malformed.CertificateExtensions.Add(new X509Extension("2.5.29.37", [0x05, 0x00], critical: false));
        using var signed = malformed.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));

        ShouldBe(NotAccepted, shortKey.ChainPem, shortKey.KeyPem);
        ShouldBe(NotAccepted, otherCurve.ChainPem, otherCurve.KeyPem);
        ShouldBe(NotAccepted, signed.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    [Fact]
    public void Only_one_setting_may_name_a_certificate()
    {
        WriteGood();

        foreach (var name in new[] { "Kestrel:Certificates:Default:Path", "Kestrel:Endpoints:Public:Certificate:Path", "Kestrel:Endpoints:Public:Sni:a:b" })
        {
            var line = Refusal([.. _files.Variables, (name, "id.pfx")]);
            Assert.StartsWith("TLS_CERT_FILE must not be set together with Kestrel__", line, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_certificate_without_an_https_address_is_a_warning()
    {
        WriteGood();

        Assert.StartsWith(
            "TLS_CERT_FILE has no effect, because the server listens on no https address",
            Assert.Single(Variables.Read(Environments.Production, With(("HTTP_PORTS", "8080"))).Warnings), StringComparison.Ordinal);
        foreach (var (name, value) in new[] { ("HTTPS_PORTS", "8443"), ("URLS", "http://+:80;HTTPS://+:443"), ("Kestrel:Endpoints:A:Url", "https://+:443") })
        {
            Assert.Empty(Variables.Read(Environments.Production, With((name, value))).Warnings);
        }
    }

    /// <remarks>The test takes the first address, so that the error lists both.</remarks>
    [Fact]
    public async Task Without_an_address_the_server_listens_on_the_usual_port_and_the_next_one()
    {
        WriteGood();
        using var taken = new TcpListener(IPAddress.Loopback, 5000);
        try
        {
            taken.Start();
        }
        catch (SocketException)
        {
            // Another program has taken it, which serves the purpose too.
        }

        var run = await StartAsync(_files.Variables);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("http://localhost:5000, https://localhost:5001", Assert.Single(run.ErrorLines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_with_unusable_files_stops_with_one_line()
    {
        using var good = _chain.Issue();
        using var other = _chain.Issue();
        _files.Write(good.ChainPem, other.KeyPem);

        var run = await StartAsync([.. _files.Variables, ("ASPNETCORE_URLS", "https://127.0.0.1:0")]);

        Assert.Equal(1, run.ExitCode);
        Assert.Equal(Mismatch, Assert.Single(run.ErrorLines));
        Assert.DoesNotContain(good.KeyPem.Split('\n')[1], run.Output + run.Errors, StringComparison.Ordinal);
    }

    private async Task<ServerRun> StartAsync((string Name, string Value)[] settings) => await ServerProcess.RunAsync(
        [],
        [
            ("DOTNET_ENVIRONMENT", "Production"), ("PUBLIC_URL", CortexApp.Issuer), ("POSTGRES_URL", await cluster.CreateDatabaseAsync()),
            ("JWT_SECRET_KEY", CortexApp.JwtSecret), ("SECRET_KEY", CortexApp.SecretKey), .. settings,
        ]);

    private void WriteGood()
    {
        using var good = _chain.Issue();
        _files.Write(good);
    }

    private void ShouldBe(string line, string certificate, string? key)
    {
        _files.Write(certificate, key ?? "");
        if (key is null)
        {
            File.Delete(_files.KeyFile);
        }

        Assert.Equal(line, Refusal(_files.Variables));
    }

    private (string Name, string? Value)[] With((string Name, string? Value) setting) => [.. _files.Variables, setting];

    private static string Refusal(params (string Name, string Value)[] variables) =>
        Assert.Single(Variables.Refusal(Environments.Production, [.. variables.Select(one => (one.Name, (string?)one.Value))]));
}
