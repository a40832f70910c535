using System.ComponentModel.DataAnnotations;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Features.Admin.Import;

/// <summary>A line of an import: an account of another system.</summary>
internal sealed record ImportedUser : IRequestBody, IExample<ImportedUser>
{
    /// <summary>The email, up to 254 characters. Letter case is preserved but not significant.</summary>
    [Required]
    [MaxLength(EmailAddress.MaxLength)]
    public string Email { get; init; } = "";

    /// <summary>
    /// The password hash of the other system: bcrypt (<c>$2a$</c>, <c>$2b$</c> or <c>$2y$</c>, cost 4 to 16), passlib's <c>$bcrypt-sha256$</c>, or ASP.NET Core
    /// Identity (version 3). It is upgraded at the first login. Without it, the user has to reset the password by email before logging in.
    /// </summary>
    [MaxLength(255)]
    public string? PasswordHash { get; init; }

    /// <summary>The subscription tier: <c>free</c> (by default), <c>pro</c>, <c>enterprise</c> or a tier that the operator configured.</summary>
    public string? SubscriptionTier { get; init; }

    /// <summary>Whether the account may be used; true if omitted.</summary>
    public bool? IsActive { get; init; }

    /// <summary>Whether the email address is verified; false if omitted.</summary>
    public bool? IsVerified { get; init; }

    /// <summary>When the account was created; the current time if omitted.</summary>
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
