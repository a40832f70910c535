namespace Cortex.IdentityServer.Identity.Mail;

/// <summary>
/// An email that waits to be sent: its kind, recipient, and details. The text and the token in its link are generated when it is sent, and never stored.
/// </summary>
internal sealed class OutboxMail
{
    public const string NoDetails = "{}";

    /// <summary>
    /// The id, which is also part of the Message-ID and the name of the pickup file, so that an email that a crash causes to be sent twice is recognizable.
    /// </summary>
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

    /// <summary>When the sender tries next. Each failure postpones it.</summary>
    public DateTimeOffset DueAt { get; init; }

    /// <summary>When the sender gives up.</summary>
    public DateTimeOffset ExpiresAt { get; init; }

    /// <summary>The number of times that a mail server hasn't accepted the email.</summary>
    public int Refusals { get; init; }
}
