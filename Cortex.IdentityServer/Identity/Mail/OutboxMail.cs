namespace Cortex.IdentityServer.Identity.Mail;

/// <summary>
/// A mail that waits to be sent: what it is about and to whom. Its text, and the token in its link, are made when it goes; neither is stored.
/// </summary>
internal sealed class OutboxMail
{
    public const string NoDetails = "{}";

    /// <summary>Also names the mail (Message-ID, pickup file), so that one sent twice, as no crash can rule out, is recognised as one.</summary>
    public Guid Id { get; init; }

    /// <summary>One of <see cref="MailKind"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>Whose account it is about. No foreign key: the last notice of an account outlives it.</summary>
    public Guid? UserId { get; init; }

    public required string Recipient { get; init; }

    /// <summary>The token that its link carries (<see cref="OneTimeTokens"/>).</summary>
    public Guid? TokenId { get; init; }

    /// <summary>Texts that it mentions, as a JSON object.</summary>
    public string Details { get; init; } = NoDetails;

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Not before this; moves on after each refusal.</summary>
    public DateTimeOffset DueAt { get; init; }

    /// <summary>Of no use after this.</summary>
    public DateTimeOffset ExpiresAt { get; init; }

    /// <summary>How often a mail server refused it.</summary>
    public int Refusals { get; init; }
}
