namespace Cortex.IdentityServer.Identity.Mail;

/// <summary>A token that was mailed: it proves the mailbox, once.</summary>
internal sealed class OneTimeToken
{
    public Guid Id { get; init; }

    public Guid UserId { get; init; }

    /// <summary>The name of its <see cref="TokenPurpose"/>.</summary>
    public required string Purpose { get; init; }

    /// <summary>The mailbox that it proves.</summary>
    public required string Email { get; init; }

    /// <summary>
    /// The account's security stamp when it was made: a change of the password, the email or the second factor voids it. Not looked at where the token verifies
    /// an email.
    /// </summary>
    public string? SecurityStamp { get; init; }

    /// <summary>The session that asked for it, which stays when it is used.</summary>
    public Guid? SessionId { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When it was used, or a newer one took its place.</summary>
    public DateTimeOffset? VoidedAt { get; init; }
}
