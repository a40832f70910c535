namespace Cortex.IdentityServer.Identity.Mail;

/// <summary>The outcome of sending one email.</summary>
internal enum MailOutcome
{
    Sent,

    /// <summary>The mail server refused this email for now; it is retried later.</summary>
    Refused,

    /// <summary>The mailbox doesn't exist; the email is not retried.</summary>
    Rejected,

    /// <summary>
    /// The connection broke or timed out while the email was being sent, because of either this email or the server. The email is retried after others.
    /// </summary>
    BrokenOff,

    /// <summary>No email can be sent at the moment.</summary>
    Unreachable,
}
