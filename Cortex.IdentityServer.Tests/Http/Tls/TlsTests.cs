using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Http.Tls;

/// <summary>The server terminates TLS itself.</summary>
public sealed class TlsTests(PostgresCluster cluster) : IDisposable
{
    private readonly TestChain _chain = new();

    public void Dispose() => _chain.Dispose();

    [Fact]
    public async Task Clients_get_TLS_1_2_and_1_3_with_the_whole_chain_and_both_versions_of_HTTP()
    {
        await using var server = await TlsServer.StartAsync(_chain, await cluster.CreateDatabaseAsync());

        foreach (var protocol in new[] { SslProtocols.Tls12, SslProtocols.Tls13 })
        {
            await using var tls = await server.ConnectAsync(server.ClientOptions(protocol, SslApplicationProtocol.Http2, SslApplicationProtocol.Http11));
            Assert.Equal((protocol, SslApplicationProtocol.Http2), (tls.SslProtocol, tls.NegotiatedApplicationProtocol));
        }

        await using (var old = await server.ConnectAsync(server.ClientOptions(SslProtocols.None, SslApplicationProtocol.Http11)))
        {
            Assert.Equal(SslApplicationProtocol.Http11, old.NegotiatedApplicationProtocol);
        }

        Assert.Equal([_chain.Intermediate.Thumbprint], await SentIntermediatesAsync(server));
        foreach (var version in new[] { HttpVersion.Version11, HttpVersion.Version20 })
        {
            using var answer = await GetAsync(server, server.Address, version);
            Assert.Equal((HttpStatusCode.OK, version), (answer.StatusCode, answer.Version));
            Assert.Equal("max-age=63072000", answer.Headers.GetValues("Strict-Transport-Security").Single());
        }

        using var plain = await GetAsync(server, server.Replica.Address, HttpVersion.Version11);
        Assert.Equal(HttpStatusCode.OK, plain.StatusCode);
        Assert.False(plain.Headers.Contains("Strict-Transport-Security"));
    }

    /// <remarks>Today's TLS libraries no longer offer these versions by themselves, so the test sends the greeting of such a client.</remarks>
    [Fact]
    public async Task Clients_of_TLS_1_0_and_1_1_are_refused()
    {
        await using var server = await TlsServer.StartAsync(_chain, await cluster.CreateDatabaseAsync());

        foreach (var version in new[] { "0301", "0302" })
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(server.Address.Host, server.Address.Port, TestContext.Current.CancellationToken);
            await using var stream = new NetworkStream(socket);
            await stream.WriteAsync(ClientHello(version), TestContext.Current.CancellationToken);
            var answer = new byte[7];
            await stream.ReadExactlyAsync(answer, TestContext.Current.CancellationToken);

            // A fatal alert that says protocol_version, and nothing like a ServerHello.
            Assert.Equal((Alert: 21, Fatal: 2, ProtocolVersion: 70), (answer[0], answer[5], answer[6]));
        }
    }

    [Fact]
    public async Task Every_form_of_unencrypted_RSA_and_elliptic_curve_keys_works()
    {
        await using var server = await TlsServer.StartAsync(_chain, await cluster.CreateDatabaseAsync());
        using var rsa = _chain.Issue(RSA.Create(2048));
        using var otherRsa = _chain.Issue(RSA.Create(3072));
        using var curve = _chain.Issue(ECDsa.Create(ECCurve.NamedCurves.nistP384));
        using var otherCurve = _chain.Issue();
        const string P256 = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";

        foreach (var (issued, key) in new[]
        {
            (rsa, rsa.KeyPem), (otherRsa, ((RSA)otherRsa.Key).ExportRSAPrivateKeyPem()), (curve, curve.KeyPem),
            (otherCurve, P256 + ((ECDsa)otherCurve.Key).ExportECPrivateKeyPem()),
        })
        {
            server.Files.Write(issued.ChainPem, key);
            await server.ShouldServeAsync(issued);
        }
    }

    private static async Task<string[]> SentIntermediatesAsync(TlsServer server)
    {
        string[] sent = [];
        var options = server.ClientOptions();
        options.RemoteCertificateValidationCallback = (_, certificate, chain, _) =>
        {
            sent = [.. chain!.ChainPolicy.ExtraStore.Select(one => one.Thumbprint).Except([((X509Certificate2)certificate!).Thumbprint])];
            return true;
        };
        await using var tls = await server.ConnectAsync(options);
        return sent;
    }

    private static async Task<HttpResponseMessage> GetAsync(TlsServer server, Uri address, Version version)
    {
        using var http = new HttpClient(new SocketsHttpHandler { SslOptions = server.ClientOptions() });
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(address, "/health"))
        {
            Version = version,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        return await http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>A greeting that offers only one version, and a cipher suite of that time (RFC 4346, section 7.4.1.2).</summary>
    private static byte[] ClientHello(string version)
    {
        var hello = version + new string('0', 64) + "00" + "0004" + "c013002f" + "0100";
        return Convert.FromHexString("16" + version + $"{(hello.Length / 2) + 4:x4}" + "01" + $"{hello.Length / 2:x6}" + hello);
    }
}
