namespace Cortex.IdentityServer.Identity.Mail;

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
