using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Cortex.IdentityServer.Foundation.Telemetry;
using MailKit;
using MailKit.Net.Smtp;
using MimeKit;

namespace Cortex.IdentityServer.Identity.Mail;

/// <summary>
/// Sends emails through the server in <c>SMTP_URL</c>, one after another over one connection, which it closes when there is nothing left to send.
/// </summary>
internal sealed partial class SmtpMailer(MailOptions options, MailMetrics metrics, ILogger<SmtpMailer> logger) : IMailer, IAsyncDisposable
{
    /// <summary>The timeout for one email, including connecting and authenticating. It is shorter than this server's shutdown timeout.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    /// <summary>The format with SMTPUTF8 (RFC 6531), for addresses with non-ASCII characters before the @.</summary>
    private static readonly FormatOptions Smtputf8Format = CreateSmtputf8Format();

    private SmtpClient? _client;

    public async Task<MailOutcome> SendAsync(MimeMessage message, OutboxMail mail)
    {
        using var span = Spans.StartTrace("smtp send", ActivityKind.Client);
        var outcome = await TrySendAsync(message, mail);
        span?.SetTag("cortex.mail.outcome", outcome.ToString());
        span?.SetStatus(outcome == MailOutcome.Sent ? ActivityStatusCode.Unset : ActivityStatusCode.Error);
        metrics.Count(outcome);
        return outcome;
    }

    private async Task<MailOutcome> TrySendAsync(MimeMessage message, OutboxMail mail)
    {
        using var timeout = new CancellationTokenSource(Timeout);
        try
        {
            _client ??= await SmtpConnection.OpenAsync(options, Timeout, timeout.Token);
        }
        catch (Exception failure)
        {
            // A failure to connect says nothing about this email.
            var reason = SmtpConnection.Describe(failure, Timeout);
            Log.NotAccepted(logger, mail.Id, mail.Kind, mail.UserId, MailOutcome.Unreachable, options.Smtp!.ToString(), reason);
            return MailOutcome.Unreachable;
        }

        var isInternational = message.To.Mailboxes.Concat(message.From.Mailboxes).Any(address => !Ascii.IsValid(address.GetAddress(idnEncode: true)));
        if (isInternational && !_client.Capabilities.HasFlag(SmtpCapabilities.UTF8))
        {
            // The email is retried for days in case the mail server gains support, but the warning is logged only once.
            if (mail.Refusals == 0)
            {
                Log.SmtpUtf8Unsupported(logger, mail.Id, mail.Kind, mail.UserId, options.Smtp!.ToString());
            }

            return MailOutcome.Deferred;
        }

        try
        {
            await _client.SendAsync(isInternational ? Smtputf8Format : FormatOptions.Default, message, timeout.Token);
            Log.Sent(logger, mail.Id, mail.Kind, mail.UserId);
            return MailOutcome.Sent;
        }
        catch (Exception failure)
        {
            var outcome = OutcomeOf(failure);
            Log.NotAccepted(logger, mail.Id, mail.Kind, mail.UserId, outcome, options.Smtp!.ToString(), SmtpConnection.Describe(failure, Timeout));

            // The connection may be in any state, so the next email uses a new one.
            await CloseConnectionAsync();
            return outcome;
        }
    }

    public async Task CloseConnectionAsync()
    {
        if (_client is { } client)
        {
            _client = null;
            using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(2));
            try
            {
                await client.DisconnectAsync(quit: true, timeout.Token);
            }
            catch (Exception failure) when (failure is OperationCanceledException or IOException or SocketException or ProtocolException or CommandException)
            {
                // The connection was being closed anyway.
            }

            client.Dispose();
        }
    }

    public async ValueTask DisposeAsync() => await CloseConnectionAsync();

    /// <summary>Decides whether a failure after connecting is specific to this email or affects the whole server.</summary>
    private static MailOutcome OutcomeOf(Exception failure) => failure switch
    {
        SmtpCommandException { ErrorCode: SmtpErrorCode.RecipientNotAccepted } refusal when MailboxRefusal.IsNonexistentMailbox(
            (int)refusal.StatusCode, refusal.Message) =>
            MailOutcome.Rejected,

        // The sender is the same in all emails, so all of them would fail.
        SmtpCommandException { ErrorCode: SmtpErrorCode.SenderNotAccepted } or ServiceNotAuthenticatedException => MailOutcome.Unreachable,
        SmtpCommandException { StatusCode: SmtpStatusCode.ServiceNotAvailable } => MailOutcome.Interrupted,

        // Any other status is a reply to this email. MailKit names only some of the statuses.
        SmtpCommandException => MailOutcome.Deferred,
        _ => MailOutcome.Interrupted,
    };

    private static FormatOptions CreateSmtputf8Format()
    {
        var format = FormatOptions.Default.Clone();
        format.International = true;
        return format;
    }

    private static partial class Log
    {
        [LoggerMessage(2206, LogLevel.Information, "Email {MailId} ({Kind}) for user {UserId} sent")]
        public static partial void Sent(ILogger logger, Guid mailId, string kind, Guid? userId);

        [LoggerMessage(
            2207,
            LogLevel.Warning,
            "Email {MailId} ({Kind}) for user {UserId} is waiting: the local part of the address isn't ASCII, and {Server} doesn't support SMTPUTF8")]
        public static partial void SmtpUtf8Unsupported(ILogger logger, Guid mailId, string kind, Guid? userId, string server);

        [LoggerMessage(2208, LogLevel.Warning, "Email {MailId} ({Kind}) for user {UserId} was not accepted ({Outcome}) by {Server}: {Reason}")]
        public static partial void NotAccepted(ILogger logger, Guid mailId, string kind, Guid? userId, MailOutcome outcome, string server, string reason);
    }
}
