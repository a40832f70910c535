using System.ComponentModel.DataAnnotations;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Features.Admin.Users;

/// <summary>An account to create for somebody.</summary>
internal sealed record CreateUserRequest : IRequestBody, IExample<CreateUserRequest>
{
    /// <summary>Up to 254 characters. Upper and lower case are kept as typed, but make no difference.</summary>
    [Required]
    [MaxLength(EmailAddress.MaxLength)]
    public string Email { get; init; } = "";

    /// <summary><c>free</c> (by default), <c>pro</c>, <c>enterprise</c> or one that the operator named.</summary>
    [Tier]
    public string? SubscriptionTier { get; init; }

    /// <summary>Whether the mailbox counts as proved; if not, the invitation proves it.</summary>
    public bool? IsVerified { get; init; }

    /// <summary>None by default.</summary>
    [RoleNames]
    public string[]? Roles { get; init; }

    public static CreateUserRequest Example => new() { Email = ExampleValues.Email, SubscriptionTier = "pro", Roles = [Role.Support] };
}
