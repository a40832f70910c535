using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Features.Admin.Users;

/// <summary>Changes to an account.</summary>
internal sealed record UpdateUserRequest : IRequestBody, IExample<UpdateUserRequest>
{
    /// <summary>The new tier: <c>free</c>, <c>pro</c>, <c>enterprise</c> or a tier that the operator configured.</summary>
    [Tier]
    public string? SubscriptionTier { get; init; }

    /// <summary>False ends all sessions and blocks logins and API keys; true allows them again.</summary>
    public bool? IsActive { get; init; }

    /// <summary>Whether the email address counts as verified.</summary>
    public bool? IsVerified { get; init; }

    /// <summary>The complete new list of the user's roles; an empty list removes all roles.</summary>
    [RoleNames]
    public string[]? Roles { get; init; }

    public static UpdateUserRequest Example => new() { SubscriptionTier = "enterprise", IsActive = true, Roles = [] };
}
