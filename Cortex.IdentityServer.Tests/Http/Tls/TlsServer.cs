using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Cortex.IdentityServer.Tests.Faults;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Http.Tls;

/// <summary>A server process with a certificate in files, which listens on http and https.</summary>
internal sealed class TlsServer : IAsyncDisposable
{
    private readonly bool _ownsFiles;

    private TlsServer(TestChain chain, CertificateFolder files, bool ownsFiles, Replica replica, Uri address)
    {
        (Chain, Files, _ownsFiles, Replica, Address) = (chain, files, ownsFiles, replica, address);
    }

    public TestChain Chain { get; }

    public CertificateFolder Files { get; }

    public Replica Replica { get; }

    /// <summary>The https address.</summary>
    public Uri Address { get; }

    public string Log => Replica.Process.Output;

    /// <param name="chain">The issuer, which the server's clients trust.</param>
    /// <param name="connectionString">The database.</param>
    /// <param name="files">The files that the server reads, or null for new ones with a new certificate.</param>
    /// <param name="settings">More settings.</param>
    public static async Task<TlsServer> StartAsync(
        TestChain chain, string connectionString, CertificateFolder? files = null, params (string Name, string Value)[] settings)
    {
        var ownsFiles = files is null;
        if (files is null)
        {
            files = new CertificateFolder();
            using var first = chain.Issue();
            files.Write(first);
        }

        var replica = await Replica.StartAsync(connectionString, "http://127.0.0.1:0;https://127.0.0.1:0", [.. files.Variables, .. settings]);
        return new(chain, files, ownsFiles, replica, await replica.Process.WaitForTlsAddressAsync());
    }

    /// <summary>Checks the certificate as browsers do. Only the server can supply the intermediate.</summary>
    public SslClientAuthenticationOptions ClientOptions(SslProtocols protocols = SslProtocols.None, params SslApplicationProtocol[] applications) => new()
    {
        TargetHost = "127.0.0.1",
        EnabledSslProtocols = protocols,
        ApplicationProtocols = [.. applications],
        CertificateChainPolicy = new()
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            CustomTrustStore = { Chain.Root },
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        },
    };

    public async Task<SslStream> ConnectAsync(SslClientAuthenticationOptions options)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(Address.Host, Address.Port, TestContext.Current.CancellationToken);
        var tls = new SslStream(new NetworkStream(socket, ownsSocket: true));
        try
        {
            await tls.AuthenticateAsClientAsync(options, TestContext.Current.CancellationToken);
            return tls;
        }
        catch
        {
            await tls.DisposeAsync();
            throw;
        }
    }

    /// <summary>Returns the serial number of the certificate that a new connection gets.</summary>
    public async Task<string> ServedAsync()
    {
        await using var tls = await ConnectAsync(ClientOptions());
        return ((X509Certificate2)tls.RemoteCertificate!).SerialNumber;
    }

    /// <summary>Waits until new connections get the certificate. The promise is one second.</summary>
    public Task<TimeSpan> ShouldServeAsync(IssuedCertificate expected) =>
        Poll.UntilAsync(TimeSpan.FromSeconds(1), "the renewed certificate is served", async () => await ServedAsync() == expected.SerialNumber);

    public Task ShouldLogAsync(string text) =>
        Poll.UntilAsync(TimeSpan.FromSeconds(5), $"the server logs: {text}", () => Task.FromResult(Log.Contains(text, StringComparison.Ordinal)));

    public async ValueTask DisposeAsync()
    {
        await Replica.DisposeAsync();
        if (_ownsFiles)
        {
            Files.Dispose();
        }
    }
}
