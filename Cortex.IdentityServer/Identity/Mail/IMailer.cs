using MimeKit;

namespace Cortex.IdentityServer.Identity.Mail;

/// <summary>Hands mails over to whoever delivers them.</summary>
internal interface IMailer
{
    /// <summary>Not to be cancelled: whether a mail that was broken off has gone, nobody knows. It ends by itself within seconds.</summary>
    Task<MailOutcome> SendAsync(MimeMessage message, OutboxMail mail);

    /// <summary>There is nothing more to send for now.</summary>
    Task RestAsync();
}
