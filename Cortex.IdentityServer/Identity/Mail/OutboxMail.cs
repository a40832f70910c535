namespace Cortex.IdentityServer.Identity.Mail;

/// <summary>
/// An email that waits to be sent: its kind, recipient and details. The text and the token in its link are generated when it is sent, and never stored.
/// </summary>
internal sealed class OutboxMail
{
    public const string NoDetails = "{}";

    /// <summary>Also identifies the email in its Message-ID and pickup file, so an email that is sent twice because of a crash is recognized as one.</summary>
    public Guid Id { get; init; }

    /// <summary>One of <see cref="MailKind"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>The account that the email concerns. It isn't a foreign key, because the last notice outlives the account.</summary>
    public Guid? UserId { get; init; }

    public required string Recipient { get; init; }

    /// <summary>The token in the email's link (<see cref="OneTimeTokens"/>).</summary>
    public Guid? TokenId { get; init; }

    /// <summary>Details that the text mentions, as a JSON object of strings.</summary>
    public string Details { get; init; } = NoDetails;

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the email is sent next; each refusal postpones it.</summary>
    public DateTimeOffset DueAt { get; init; }

    /// <summary>When the sender gives up.</summary>
    public DateTimeOffset ExpiresAt { get; init; }

    /// <summary>How often a mail server has refused the email.</summary>
    public int Refusals { get; init; }
}
