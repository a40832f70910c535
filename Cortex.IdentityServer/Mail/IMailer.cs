using MimeKit;

namespace Cortex.IdentityServer.Mail;

/// <summary>What became of a mail.</summary>
internal enum MailOutcome
{
    Sent,

    /// <summary>Refused for now: try this one again later.</summary>
    Refused,

    /// <summary>Refused for good: nobody has this mailbox.</summary>
    Rejected,

    /// <summary>
    /// The connection broke, or nobody answered, in the middle of it: whether by this mail or by the server's state, nobody knows. Later, and another one
    /// first.
    /// </summary>
    BrokenOff,

    /// <summary>No mail can be sent at the moment.</summary>
    Unreachable,
}

/// <summary>Hands mails over to whoever delivers them.</summary>
internal interface IMailer
{
    /// <summary>Not to be cancelled: whether a mail that was broken off has gone, nobody knows. It ends by itself within seconds.</summary>
    Task<MailOutcome> SendAsync(MimeMessage message, OutboxMail mail);

    /// <summary>There is nothing more to send for now.</summary>
    Task RestAsync();
}
