using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;

namespace Cortex.IdentityServer.Foundation.Tls;

/// <summary>
/// A handshake of the server with itself, in memory: some keys can be read but fail in every handshake, such as short ones and those on curves that TLS
/// doesn't use.
/// </summary>
internal static class TrialHandshake
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    public static bool Succeeds(SslStreamCertificateContext certificate)
    {
        var (toServer, toClient) = (new Pipe(), new Pipe());
        using var server = new SslStream(new DuplexStream(toServer.Reader.AsStream(), toClient.Writer.AsStream()));
        using var client = new SslStream(
            new DuplexStream(toClient.Reader.AsStream(), toServer.Writer.AsStream()),
            leaveInnerStreamOpen: false,
            (_, presented, _, _) => presented?.GetCertHashString() == certificate.TargetCertificate.GetCertHashString());
        try
        {
            return Task.WhenAll(
                server.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificateContext = certificate }),
                client.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost" })).Wait(Timeout);
        }
        catch (AggregateException failure) when (failure.InnerExceptions.All(
            inner => inner is AuthenticationException or IOException or CryptographicException or ObjectDisposedException))
        {
            return false;
        }
    }
}
