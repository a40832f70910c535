using System.ComponentModel.DataAnnotations;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Features.Admin.Users;

/// <summary>An account that an administrator creates for a user.</summary>
internal sealed record CreateUserRequest : IRequestBody, IExample<CreateUserRequest>
{
    /// <summary>The email, up to 254 characters. Letter case is preserved but not significant.</summary>
    [Required]
    [MaxLength(EmailAddress.MaxLength)]
    public string Email { get; init; } = "";

    /// <summary>The subscription tier: <c>free</c> (by default), <c>pro</c>, <c>enterprise</c> or a tier that the operator configured.</summary>
    [Tier]
    public string? SubscriptionTier { get; init; }

    /// <summary>Whether the email address counts as verified; if not, accepting the invitation verifies it.</summary>
    public bool? IsVerified { get; init; }

    /// <summary>The user's roles; none by default.</summary>
    [RoleNames]
    public string[]? Roles { get; init; }

    public static CreateUserRequest Example => new() { Email = ExampleValues.Email, SubscriptionTier = "pro", Roles = [Role.Support] };
}
