using MimeKit;

namespace Cortex.IdentityServer.Identity.Mail;

/// <summary>Delivers emails, to a mail server or a folder.</summary>
internal interface IMailer
{
    /// <summary>
    /// Sends one email. The call takes no cancellation token, because after a cancellation it would be unknown whether the email was sent. It ends by itself
    /// within seconds.
    /// </summary>
    Task<MailOutcome> SendAsync(MimeMessage message, OutboxMail mail);

    /// <summary>Closes any open connection. The sender calls this when there is nothing left to send.</summary>
    Task CloseConnectionAsync();
}
