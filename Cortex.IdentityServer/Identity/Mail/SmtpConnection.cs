using System.Net;
using System.Net.Sockets;
using MailKit.Net.Smtp;
using MailKit.Security;

namespace Cortex.IdentityServer.Identity.Mail;

/// <summary>Opens connections to the mail server, encrypted and with a login as <c>SMTP_URL</c> says.</summary>
internal static class SmtpConnection
{
    public static async Task<SmtpClient> OpenAsync(MailOptions options, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var server = options.Smtp!;

        // Certificate revocation isn't checked, as in HttpClient and Npgsql: an operator's private CA has no revocation list, and a closed network can't reach
        // one.
        var client = new SmtpClient { Timeout = (int)timeout.TotalMilliseconds, CheckCertificateRevocation = false, LocalDomain = options.ClientName };
        try
        {
            await client.ConnectAsync(server.Host, server.Port, TlsOf(server), cancellationToken);
            if (server.User is { } user)
            {
                await client.AuthenticateAsync(user, server.Password ?? "", cancellationToken);
            }

            return client;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <summary>Describes the failure by its kind and the server's status code, without the server's text, which may contain the email address.</summary>
    public static string Describe(Exception failure, TimeSpan timeout) => failure switch
    {
        SmtpCommandException command => $"{command.ErrorCode} {(int)command.StatusCode}",
        OperationCanceledException => $"no answer within {timeout.TotalSeconds} s",
        SocketException socket => socket.SocketErrorCode.ToString(),
        AuthenticationException => "the login was refused",
        SslHandshakeException => "no trusted TLS connection",
        _ => failure.GetType().Name,
    };

    /// <summary>A password is sent only over TLS or within this machine. Without a password, TLS is used if the server offers it.</summary>
    private static SecureSocketOptions TlsOf(SmtpAddress server) =>
        server.IsTls ? SecureSocketOptions.SslOnConnect
        : server.User is null || IsThisMachine(server.Host) ? SecureSocketOptions.StartTlsWhenAvailable
        : SecureSocketOptions.StartTls;

    private static bool IsThisMachine(string host) => host == "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}
