namespace Cortex.IdentityServer.Identity.Mail;

/// <summary>The outcome of sending one email.</summary>
internal enum MailOutcome
{
    Sent,

    /// <summary>The mail server doesn't accept this email for now. The email is retried later.</summary>
    Deferred,

    /// <summary>The mailbox doesn't exist. The email isn't retried.</summary>
    Rejected,

    /// <summary>
    /// The connection broke or timed out while the email was being sent, because of either this email or the server. The email is retried after others.
    /// </summary>
    Interrupted,

    /// <summary>No email can be sent at the moment.</summary>
    Unreachable,
}
