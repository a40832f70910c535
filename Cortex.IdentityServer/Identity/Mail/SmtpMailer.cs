using System.Net;
using System.Net.Sockets;
using System.Text;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;

namespace Cortex.IdentityServer.Identity.Mail;

/// <summary>Sends mails through the server of <c>SMTP_URL</c>, one after another over one connection, and closes it when there are none.</summary>
internal sealed partial class SmtpMailer(MailOptions options, ILogger<SmtpMailer> logger) : IMailer, IAsyncDisposable
{
    /// <summary>
    /// A whole mail, with connecting and logging in: a server that stalls is given up then. Shorter than the time that this server has to stop.
    /// </summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    /// <summary>With SMTPUTF8 (RFC 6531), for addresses that aren't ASCII before the @.</summary>
    private static readonly FormatOptions International = MakeInternational();

    private SmtpClient? _client;

    public async Task<MailOutcome> SendAsync(MimeMessage message, OutboxMail mail)
    {
        using var bounded = new CancellationTokenSource(Timeout);
        try
        {
            _client ??= await ConnectAsync(options.Smtp!, bounded.Token);
        }
        catch (Exception failure)
        {
            // Whatever it is, it says nothing about this mail.
            Log.NotTaken(logger, mail.Id, mail.Kind, mail.UserId, MailOutcome.Unreachable, options.Smtp!.ToString(), Describe(failure));
            return MailOutcome.Unreachable;
        }

        var isInternational = message.To.Mailboxes.Concat(message.From.Mailboxes).Any(address => !Ascii.IsValid(address.GetAddress(idnEncode: true)));
        if (isInternational && !_client.Capabilities.HasFlag(SmtpCapabilities.UTF8))
        {
            // It is tried for days, in case the mail server learns it, and said once.
            if (mail.Refusals == 0)
            {
                Log.NotCarried(logger, mail.Id, mail.Kind, mail.UserId, options.Smtp!.ToString());
            }

            return MailOutcome.Refused;
        }

        try
        {
            await _client.SendAsync(isInternational ? International : FormatOptions.Default, message, bounded.Token);
            Log.Sent(logger, mail.Id, mail.Kind, mail.UserId);
            return MailOutcome.Sent;
        }
        catch (Exception failure)
        {
            var outcome = Judge(failure);
            Log.NotTaken(logger, mail.Id, mail.Kind, mail.UserId, outcome, options.Smtp!.ToString(), Describe(failure));

            // Whatever state the connection is in, the next mail gets a new one.
            await RestAsync();
            return outcome;
        }
    }

    public async Task RestAsync()
    {
        if (_client is { } client)
        {
            _client = null;
            using var bounded = new CancellationTokenSource(TimeSpan.FromSeconds(2));
            try
            {
                await client.DisconnectAsync(quit: true, bounded.Token);
            }
            catch (Exception failure) when (failure is OperationCanceledException or IOException or SocketException or ProtocolException or CommandException)
            {
                // It was to be closed.
            }

            client.Dispose();
        }
    }

    public async ValueTask DisposeAsync() => await RestAsync();

    /// <summary>What a failure after the login says about this mail, and what about the server.</summary>
    private static MailOutcome Judge(Exception failure) => failure switch
    {
        SmtpCommandException { ErrorCode: SmtpErrorCode.RecipientNotAccepted } refusal when MailboxRefusal.SaysNobodyHasIt(
            (int)refusal.StatusCode, refusal.Message) =>
            MailOutcome.Rejected,

        // The sender is the same in all mails.
        SmtpCommandException { ErrorCode: SmtpErrorCode.SenderNotAccepted } or ServiceNotAuthenticatedException => MailOutcome.Unreachable,
        SmtpCommandException { StatusCode: SmtpStatusCode.ServiceNotAvailable } => MailOutcome.BrokenOff,

        // Whichever number, it is an answer to this mail. MailKit has a name for a few of them only.
        SmtpCommandException => MailOutcome.Refused,
        _ => MailOutcome.BrokenOff,
    };

    /// <summary>The kind of failure and the server's number, and not its text, which may repeat the address.</summary>
    private static string Describe(Exception failure) => failure switch
    {
        SmtpCommandException command => $"{command.ErrorCode} {(int)command.StatusCode}",
        OperationCanceledException => $"no answer within {Timeout.TotalSeconds} s",
        SocketException socket => socket.SocketErrorCode.ToString(),
        AuthenticationException => "the login was refused",
        SslHandshakeException => "no trusted TLS connection",
        _ => failure.GetType().Name,
    };

    private static FormatOptions MakeInternational()
    {
        var format = FormatOptions.Default.Clone();
        format.International = true;
        return format;
    }

    private async Task<SmtpClient> ConnectAsync(SmtpAddress server, CancellationToken cancellationToken)
    {
        // Revocation isn't asked about, as HttpClient and Npgsql don't either: an authority of the operator's own has no list, and a closed network reaches
        // none.
        var client = new SmtpClient { Timeout = (int)Timeout.TotalMilliseconds, CheckCertificateRevocation = false, LocalDomain = options.ClientName };
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

    /// <summary>A password travels encrypted, or not beyond this machine; without one, TLS is used where the server has it.</summary>
    private static SecureSocketOptions TlsOf(SmtpAddress server) =>
        server.IsTls ? SecureSocketOptions.SslOnConnect
        : server.User is null || IsThisMachine(server.Host) ? SecureSocketOptions.StartTlsWhenAvailable
        : SecureSocketOptions.StartTls;

    private static bool IsThisMachine(string host) => host == "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Mail {MailId} ({Kind}) for user {UserId} sent")]
        public static partial void Sent(ILogger logger, Guid mailId, string kind, Guid? userId);

        [LoggerMessage(
            Level = LogLevel.Warning,
            Message = "Mail {MailId} ({Kind}) for user {UserId} waits: the part of the address before the @ isn't ASCII, and {Server} doesn't offer SMTPUTF8")]
        public static partial void NotCarried(ILogger logger, Guid mailId, string kind, Guid? userId, string server);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Mail {MailId} ({Kind}) for user {UserId} was not accepted ({Outcome}) by {Server}: {Reason}")]
        public static partial void NotTaken(ILogger logger, Guid mailId, string kind, Guid? userId, MailOutcome outcome, string server, string reason);
    }
}
