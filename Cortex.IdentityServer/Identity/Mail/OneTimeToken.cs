namespace Cortex.IdentityServer.Identity.Mail;

/// <summary>An emailed token, which proves once that the user can read the mailbox.</summary>
internal sealed class OneTimeToken
{
    public Guid Id { get; init; }

    public Guid UserId { get; init; }

    /// <summary>The name of its <see cref="TokenPurpose"/>.</summary>
    public required string Purpose { get; init; }

    /// <summary>The email address that the token verifies.</summary>
    public required string Email { get; init; }

    /// <summary>
    /// The account's security stamp when the token was issued, so a change of the password, the email, or the second factor invalidates the token. It isn't
    /// checked for tokens that verify an email.
    /// </summary>
    public string? SecurityStamp { get; init; }

    /// <summary>The session that requested the token, which stays active when the token is used.</summary>
    public Guid? SessionId { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When the token was used or replaced by a newer one.</summary>
    public DateTimeOffset? VoidedAt { get; init; }
}
