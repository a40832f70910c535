using System.Net.Sockets;
using MailKit;

namespace Cortex.IdentityServer.Identity.Mail;

/// <summary>Connects to the mail server and logs in, as for an email, but sends none.</summary>
/// <param name="IsEncrypted">Whether the connection was encrypted.</param>
/// <param name="Failure">Why emails can't be sent, as a clause; null if they can.</param>
internal sealed record SmtpProbe(bool IsEncrypted, string? Failure)
{
    public static async Task<SmtpProbe> RunAsync(MailOptions options, TimeSpan timeout, CancellationToken cancellationToken)
    {
        try
        {
            using var client = await SmtpConnection.OpenAsync(options, timeout, cancellationToken);
            var isEncrypted = client.IsSecure;
            await client.DisconnectAsync(quit: true, cancellationToken);
            return new(isEncrypted, Failure: null);
        }
        catch (Exception failure) when (failure is OperationCanceledException or IOException or SocketException or ProtocolException or CommandException
            or NotSupportedException or InvalidOperationException or MailKit.Security.AuthenticationException or MailKit.Security.SslHandshakeException)
        {
            return new(IsEncrypted: false, SmtpConnection.Describe(failure, timeout));
        }
    }
}
