using System.ComponentModel.DataAnnotations;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Features.Admin.Import;

/// <summary>A line of an import: an account of another system.</summary>
internal sealed record ImportedUser : IRequestBody, IExample<ImportedUser>
{
    /// <summary>Up to 254 characters. Upper and lower case are kept as typed, but make no difference.</summary>
    [Required]
    [MaxLength(EmailAddress.MaxLength)]
    public string Email { get; init; } = "";

    /// <summary>
    /// What the other system stores in place of the password: bcrypt (<c>$2a$</c>, <c>$2b$</c> or <c>$2y$</c>, cost 4 to 16), passlib's <c>$bcrypt-sha256$</c>,
    /// or ASP.NET Core Identity's (version 3). It is renewed at the first login. Without it nobody can log in until the owner resets the password by mail.
    /// </summary>
    [MaxLength(255)]
    public string? PasswordHash { get; init; }

    /// <summary><c>free</c> (by default), <c>pro</c> or <c>enterprise</c>.</summary>
    public string? SubscriptionTier { get; init; }

    /// <summary>Whether the account may be used; true if left out.</summary>
    public bool? IsActive { get; init; }

    /// <summary>Whether the mailbox was proved; false if left out.</summary>
    public bool? IsVerified { get; init; }

    /// <summary>When the account was made; now if left out.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    public static ImportedUser Example => new()
    {
        Email = ExampleValues.Email,
        PasswordHash = "$2b$12$…",
        SubscriptionTier = "pro",
        IsVerified = true,
        CreatedAt = ExampleValues.Time,
    };
}
